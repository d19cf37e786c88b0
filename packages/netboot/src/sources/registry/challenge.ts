/** One way to prove who one is that a server offers (RFC 9110 section 11.6.1). */
export interface Challenge {
  /** In lower case: `basic`, `bearer`. */
  readonly scheme: string
  /** By lower-case name. */
  readonly parameters: ReadonlyMap<string, string>
}

const TOKEN = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y
const QUOTED = /"((?:[^"\\]|\\.)*)"/y
const SEPARATOR = /[\s,]*/y
const EQUALS = /\s*=\s*/y

/**
 * Reads `WWW-Authenticate`: any number of challenges, each a scheme and parameters, all parted by commas. What cannot be
 * read ends the list: a server that writes nonsense behind a good challenge is still served by the good one.
 */
export function parseChallenges(header: string): Challenge[] {
  const challenges: { scheme: string; parameters: Map<string, string> }[] = []
  let at = 0
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at
    const match = pattern.exec(header)
    if (!match) return undefined
    at = pattern.lastIndex
    return match
  }
  for (;;) {
    take(SEPARATOR)
    const word = take(TOKEN)?.[0].toLowerCase()
    if (word === undefined) return challenges
    const current = challenges.at(-1)
    if (current && take(EQUALS)) {
      const value = take(QUOTED)?.[1]?.replace(/\\(.)/g, '$1') ?? take(TOKEN)?.[0]
      if (value === undefined) return challenges
      current.parameters.set(word, value)
    } else {
      challenges.push({ scheme: word, parameters: new Map() })
    }
  }
}
