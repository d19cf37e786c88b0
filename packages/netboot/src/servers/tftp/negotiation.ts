import type { TftpOptions } from './packet.js'

/** How a file is sent, as agreed with the client. */
export interface TransferTerms {
  /** Bytes of a block (RFC 2348). */
  readonly blockSize: number
  /** Blocks that are sent before an acknowledgement is waited for (RFC 7440). */
  readonly windowSize: number
  /** Time that the client wants us to wait for an acknowledgement (RFC 2349), `undefined` when it does not care. */
  readonly timeoutMs: number | undefined
  /** What is acknowledged to the client; empty when it asked for nothing that we know, and there is no acknowledgement. */
  readonly acknowledged: TftpOptions
}

export interface TransferLimits {
  readonly maxBlockSize: number
  readonly maxWindowSize: number
}

const DEFAULT_BLOCK_SIZE = 512
const MIN_BLOCK_SIZE = 8
/** What fits a UDP packet over IPv4 (RFC 2348). */
export const MAX_BLOCK_SIZE = 65_464
const MAX_WINDOW_SIZE = 65_535
/** More would only fill the buffers on its way, and be lost there. */
const MAX_WINDOW_BYTES = 1024 * 1024
const MAX_TIMEOUT_SECONDS = 255

/**
 * Agrees on the options of a read request (RFC 2347). What is unknown or senseless is passed over, as if it had not been
 * said; what is too much is granted in part.
 *
 * @param size - bytes of the file, for `tsize` (RFC 2349)
 */
export function negotiate(options: TftpOptions, size: number, limits: TransferLimits): TransferTerms {
  const terms = { blockSize: DEFAULT_BLOCK_SIZE, windowSize: 1, timeoutMs: undefined as number | undefined }
  const acknowledged = new Map<string, string>()
  let windowName: string | undefined
  for (const [name, text] of options) {
    const value = /^\d{1,10}$/.test(text) ? Number(text) : undefined
    if (value === undefined) continue
    switch (name.toLowerCase()) {
      case 'blksize':
        if (value < MIN_BLOCK_SIZE) break
        terms.blockSize = Math.min(value, limits.maxBlockSize)
        acknowledged.set(name, `${terms.blockSize}`)
        break
      case 'timeout':
        if (value < 1 || value > MAX_TIMEOUT_SECONDS) break
        terms.timeoutMs = value * 1_000
        acknowledged.set(name, `${value}`)
        break
      case 'tsize':
        acknowledged.set(name, `${size}`)
        break
      case 'windowsize':
        if (value < 1 || value > MAX_WINDOW_SIZE) break
        terms.windowSize = Math.min(value, limits.maxWindowSize)
        windowName = name
        acknowledged.set(name, `${terms.windowSize}`)
    }
  }
  if (windowName !== undefined) {
    terms.windowSize = Math.max(1, Math.min(terms.windowSize, Math.floor(MAX_WINDOW_BYTES / terms.blockSize)))
    acknowledged.set(windowName, `${terms.windowSize}`)
  }
  return { ...terms, acknowledged }
}
