/** A command in a shell script: its words, quotes removed. */
export type ShellCommand = readonly string[]

/** What ends a word, and a command. */
const BLANK = /[ \t]/
const SEPARATOR = /[|&;\n()]/

/**
 * The commands of a piece of shell script as documents have them: quotes, comments, pipes, lists, continued lines and redirections
 * are understood; variables stay as they are written. Not for scripts with loops, functions or here-documents.
 */
export function shellCommands(script: string): ShellCommand[] {
  const commands: string[][] = [[]]
  let word: string | undefined
  let redirects = false
  const endWord = () => {
    if (word !== undefined && !redirects) commands.at(-1)?.push(word)
    if (word !== undefined) redirects = false
    word = undefined
  }
  const text = script.replaceAll(/\\\n\s*/g, ' ')
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at)
    if (character === '#' && word === undefined) {
      const end = text.indexOf('\n', at)
      // The line break ends the command.
      at = (end === -1 ? text.length : end) - 1
    } else if (character === '"' || character === "'") {
      const end = closing(text, at, character)
      word = (word ?? '') + text.slice(at + 1, end)
      at = end
    } else if (character === '$' && text.charAt(at + 1) === '(') {
      const end = closingParenthesis(text, at + 1)
      word = (word ?? '') + text.slice(at, end + 1)
      at = end
    } else if (character === '<' || character === '>') {
      endWord()
      redirects = true
    } else if (BLANK.test(character)) endWord()
    else if (SEPARATOR.test(character)) {
      endWord()
      redirects = false
      commands.push([])
    } else word = (word ?? '') + character
  }
  endWord()
  return commands.map(withoutPrefix).filter((words) => words.length > 0)
}

/** `sudo NAME=value program argument` without what is before the program. */
function withoutPrefix(words: readonly string[]): string[] {
  const program = words.findIndex((word) => word !== 'sudo' && !/^\w+=/.test(word))
  return program === -1 ? [] : words.slice(program)
}

function closing(text: string, from: number, quote: string): number {
  const end = text.indexOf(quote, from + 1)
  if (end === -1) throw new Error(`A quote is not closed: ${text.slice(from, from + 60)}`)
  return end
}

function closingParenthesis(text: string, from: number): number {
  for (let at = from, depth = 0; at < text.length; at++) {
    if (text.charAt(at) === '(') depth++
    else if (text.charAt(at) === ')' && --depth === 0) return at
  }
  throw new Error(`A parenthesis is not closed: ${text.slice(from, from + 60)}`)
}
