import { KairosError } from '../errors/index.js'

/** In the order in which undici looks; it takes the first that is set, also to nothing. */
const VARIABLES = [
  ['http_proxy', 'HTTP_PROXY'],
  ['https_proxy', 'HTTPS_PROXY'],
] as const

const PROTOCOLS = ['http:', 'https:', 'socks:', 'socks5:']

/**
 * Checks the proxies that the environment names before a library fails with words about some other URL.
 *
 * @param environment - Default: the process's own
 * @throws KairosError `argument/invalid`, with the variable's name and nothing of its value, which may hold a password
 */
export function checkProxyEnvironment(environment: Readonly<Record<string, string | undefined>> = process.env): void {
  for (const names of VARIABLES) {
    const name = names.find((name) => environment[name] !== undefined)
    const value = name && environment[name]
    if (!value) continue
    const url = URL.parse(value)
    if (!url || !PROTOCOLS.includes(url.protocol) || url.host === '') {
      throw new KairosError(
        'argument/invalid',
        `${name} in the environment: the URL of a proxy expected, another text found.`,
        {
          hint: `Write it with its scheme: ${name}=http://proxy.example:3128`,
        },
      )
    }
    if (!isDecodable(url.username) || !isDecodable(url.password)) {
      throw new KairosError(
        'argument/invalid',
        `${name} in the environment: a user name and password in URL encoding expected, a % without two digits found.`,
        { hint: 'Write %25 for a % that belongs to the password.' },
      )
    }
  }
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}
