import type { ErrorCode } from './codes.js'

/** What an error of Node or of a library means to the person in front of us. */
export interface Translation {
  readonly code: ErrorCode
  readonly found: string
  readonly hint?: string
}

/** What makes Node trust one more authority. */
const TRUST = 'If you trust it, name its certificate in NODE_EXTRA_CA_CERTS in the environment.'

const NO_TLS: Translation = {
  code: 'input/unreachable',
  found: 'what answers there does not speak TLS',
  hint: 'Check the port, or is it http:// instead of https://?',
}

/** Node's error codes (errno names and its own) that mean something to the person in front of us. */
const NODE_ERRORS: Readonly<Record<string, Translation>> = {
  ENOENT: { code: 'input/not-found', found: 'it does not exist', hint: 'Check the path.' },
  ENOTDIR: { code: 'input/not-found', found: 'a part of its path is not a directory', hint: 'Check the path.' },
  EISDIR: { code: 'input/is-a-directory', found: 'it is a directory', hint: 'Name a file.' },
  EACCES: {
    code: 'input/not-permitted',
    found: 'permission denied',
    hint: 'Check who may use it, or run as that user.',
  },
  EPERM: { code: 'input/not-permitted', found: 'operation not permitted', hint: 'Run as a user who may do this.' },
  EROFS: { code: 'output/not-writable', found: 'the file system is read-only', hint: 'Write somewhere else.' },
  EEXIST: { code: 'output/not-writable', found: 'it exists already', hint: 'Choose another name or remove it first.' },
  ENOSPC: { code: 'output/no-space', found: 'the disk is full', hint: 'Free some room and try again.' },
  EDQUOT: { code: 'output/no-space', found: 'the disk quota is used up', hint: 'Free some room and try again.' },
  EFBIG: { code: 'output/no-space', found: 'the file system cannot hold a file this large' },
  EADDRINUSE: {
    code: 'network/address-in-use',
    found: 'the address is in use',
    hint: 'Stop the other program or choose another port.',
  },
  EADDRNOTAVAIL: {
    code: 'network/start-failed',
    found: 'no interface of this machine has this address',
    hint: 'See the addresses with: ip address',
  },
  ECONNREFUSED: {
    code: 'input/unreachable',
    found: 'the connection was refused',
    hint: 'Is the server running, and is the port right?',
  },
  ECONNRESET: { code: 'input/unreachable', found: 'the connection was cut', hint: 'Try again.' },
  EPIPE: { code: 'output/not-writable', found: 'the reader went away' },
  ENOTFOUND: {
    code: 'input/unreachable',
    found: 'the host name is not known',
    hint: 'Check the name, and that this machine has DNS.',
  },
  EAI_AGAIN: {
    code: 'input/unreachable',
    found: 'the host name could not be looked up',
    hint: 'Check that this machine has DNS.',
  },
  EHOSTUNREACH: { code: 'input/unreachable', found: 'there is no route to the host' },
  ENETUNREACH: {
    code: 'input/unreachable',
    found: 'the network cannot be reached',
    hint: 'Check the network connection.',
  },
  ETIMEDOUT: { code: 'input/unreachable', found: 'the host did not answer' },
  UND_ERR_CONNECT_TIMEOUT: { code: 'input/unreachable', found: 'the host did not answer' },
  UND_ERR_HEADERS_TIMEOUT: { code: 'input/unreachable', found: 'the server did not answer in time' },
  UND_ERR_BODY_TIMEOUT: { code: 'input/unreachable', found: 'the server stopped in the middle', hint: 'Try again.' },
  UND_ERR_SOCKET: { code: 'input/unreachable', found: 'the connection was cut', hint: 'Try again.' },
  ERR_INVALID_URL: { code: 'argument/invalid', found: 'it is not a URL' },
  DEPTH_ZERO_SELF_SIGNED_CERT: {
    code: 'input/unreachable',
    found: 'the server has a self-signed certificate',
    hint: TRUST,
  },
  SELF_SIGNED_CERT_IN_CHAIN: {
    code: 'input/unreachable',
    found: "the server's certificate is signed by an unknown authority",
    hint: TRUST,
  },
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: {
    code: 'input/unreachable',
    found: "the server's certificate is signed by an unknown authority",
    hint: TRUST,
  },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: {
    code: 'input/unreachable',
    found: "the server's certificate cannot be verified",
    hint: TRUST,
  },
  CERT_HAS_EXPIRED: { code: 'input/unreachable', found: "the server's certificate has expired" },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    code: 'input/unreachable',
    found: "the server's certificate is for another host",
    hint: 'Use the name that the certificate is for.',
  },
  EPROTO: NO_TLS,
  ERR_SSL_WRONG_VERSION_NUMBER: NO_TLS,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NO_TLS,
}

/** The sentence for a code, of which OpenSSL has one for each of its reasons. */
function translationOfCode(code: string): Translation | undefined {
  if (Object.hasOwn(NODE_ERRORS, code)) return NODE_ERRORS[code]
  if (code.startsWith('ERR_SSL_')) {
    const reason = code.slice('ERR_SSL_'.length).toLowerCase().replaceAll('_', ' ')
    return { code: 'input/unreachable', found: `TLS could not be agreed on with the server (${reason})` }
  }
  return undefined
}

/** Errors of HTTP that have no code of their own. */
function translationOfHttpError(error: Error): Translation | undefined {
  if (error.name === 'HTTPParserError') {
    return {
      code: 'input/unreachable',
      found: 'what answers there does not speak HTTP',
      hint: 'Check the host and the port, or is it https:// instead of http://?',
    }
  }
  // A proxy that lets nothing through; the library calls that an abort, as if the user had cancelled.
  const status = /^Proxy response \((\d+)\)/.exec(error.message)?.[1]
  if (status === undefined) return undefined
  return {
    code: 'input/unreachable',
    found: `a way through the proxy expected, its answer ${status} found`,
    hint:
      status === '407'
        ? 'The proxy wants a user name and password: https_proxy=http://user:password@host:port'
        : 'Check http_proxy, https_proxy and no_proxy in the environment.',
  }
}

/** An errno name, or a code of Node or of a library. */
export function codeOf(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined
}

/** What an error means; undefined for one that is not known. */
export function translationOf(error: unknown): Translation | undefined {
  const code = codeOf(error)
  const known = code === undefined ? undefined : translationOfCode(code)
  return known ?? (error instanceof Error ? translationOfHttpError(error) : undefined)
}
