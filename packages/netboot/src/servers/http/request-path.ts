/** The target of a request, taken apart. */
export interface RequestTarget {
  readonly path: string
  readonly query: URLSearchParams
}

const MAX_TARGET_CHARACTERS = 2_048

/**
 * Reads a request target (RFC 9112 section 3.2): `/path?query`, or with `http://host` in front. The path is decoded once
 * and looked up as it is; as nothing in it stands for a directory, `..`, double slashes and NUL are names that nobody has.
 *
 * @returns `undefined` for a target that is damaged
 */
export function parseRequestTarget(target: string): RequestTarget | undefined {
  if (target.length > MAX_TARGET_CHARACTERS) return undefined
  const local = target.replace(/^https?:\/\/[^/?#]*/i, '')
  if (!local.startsWith('/')) return undefined
  const [path = '', ...query] = local.split('?')
  try {
    // iPXE writes a colon as %3A.
    return { path: decodeURIComponent(path), query: new URLSearchParams(query.join('?')) }
  } catch {
    return undefined
  }
}
