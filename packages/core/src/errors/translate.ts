import { getSystemErrorMap } from 'node:util'
import type { ErrorCode } from './codes.js'
import { KairosError } from './kairos-error.js'

interface Translation {
  readonly code: ErrorCode
  readonly found: string
  readonly hint?: string
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
  UND_ERR_SOCKET: { code: 'input/unreachable', found: 'the connection was cut', hint: 'Try again.' },
  ERR_INVALID_URL: { code: 'argument/invalid', found: 'it is not a URL' },
  DEPTH_ZERO_SELF_SIGNED_CERT: { code: 'input/unreachable', found: 'the server has a self-signed certificate' },
  SELF_SIGNED_CERT_IN_CHAIN: {
    code: 'input/unreachable',
    found: "the server's certificate is signed by an unknown authority",
  },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: { code: 'input/unreachable', found: "the server's certificate cannot be verified" },
  CERT_HAS_EXPIRED: { code: 'input/unreachable', found: "the server's certificate has expired" },
}

function codeOf(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined
}

/** The error and what caused it, outermost first: fetch hides the errno two causes down. */
function* chain(error: unknown): Generator<unknown> {
  const seen = new Set<unknown>()
  for (let at = error; at !== undefined && at !== null && !seen.has(at); ) {
    yield at
    seen.add(at)
    if (at instanceof AggregateError && at.errors.length > 0) at = at.errors[0]
    else at = at instanceof Error ? at.cause : undefined
  }
}

/** What the operating system calls the error, for those that have no sentence of ours. */
function systemDescription(code: string): string | undefined {
  for (const [name, description] of getSystemErrorMap().values()) if (name === code) return description
  return undefined
}

/**
 * Turns whatever was thrown into a {@link KairosError}: the one place that knows the error codes of Node and of the
 * libraries below us. A KairosError is returned as it is.
 *
 * @param doing - what was being done, to begin the message with: `Cannot read config.yaml`
 * @param fallback - the code for an error that is not known here
 */
export function translateError(error: unknown, doing: string, fallback: ErrorCode = 'internal'): KairosError {
  if (KairosError.is(error)) return error
  for (const link of chain(error)) {
    if (link instanceof Error && (link.name === 'AbortError' || codeOf(link) === 'ABORT_ERR')) {
      return new KairosError('aborted', `${doing}: cancelled.`, { cause: error })
    }
    const code = codeOf(link)
    const known = code === undefined ? undefined : NODE_ERRORS[code]
    if (known) return new KairosError(known.code, `${doing}: ${known.found}.`, { hint: known.hint, cause: error })
    const described = code === undefined ? undefined : systemDescription(code)
    if (described) return new KairosError(fallback, `${doing}: ${described}.`, { cause: error })
  }
  const message = error instanceof Error ? error.message : String(error)
  return new KairosError(fallback, `${doing}: ${message.replace(/\.?\s*$/, '.')}`, { cause: error })
}

/**
 * Throws `aborted` when the signal has fired.
 *
 * @throws KairosError `aborted`
 */
export function throwIfAborted(signal: AbortSignal | undefined, doing: string): void {
  if (!signal?.aborted) return
  if (KairosError.is(signal.reason)) throw signal.reason
  throw new KairosError('aborted', `${doing}: cancelled.`, { cause: signal.reason })
}
