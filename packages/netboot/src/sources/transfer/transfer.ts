import type { OperationOptions, ProgressEvent } from '@kairos-sdk/core'
import type { HttpClient } from '../../bytes/http-client.js'

/** What to fetch, and what it must be. */
export interface TransferRequest {
  /** http or https. */
  readonly url: string
  /** Sent to the URL's own origin only, not to where it redirects: they may hold credentials. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /**
   * Asked when the origin answers 401, with its `WWW-Authenticate`, for headers that will do; once for each attempt.
   * `undefined` means that there are none.
   */
  readonly authorize?:
    | ((challenge: string | undefined) => Promise<Readonly<Record<string, string>> | undefined>)
    | undefined
  /** SHA-256 of the content, in hexadecimal. */
  readonly sha256?: string | undefined
  /** Bytes of the content. */
  readonly size?: number | undefined
  /** Most bytes that are taken, where a small file is expected; more is an error. Default: any number. */
  readonly maxBytes?: number | undefined
}

/** `resuming` and `restarting` say why; `waiting` is for a server's pause or for another process. */
export type TransferPhase = 'waiting' | 'resuming' | 'restarting' | 'downloading' | 'verifying'

export type TransferProgress = ProgressEvent<TransferPhase>

export interface TransferOptions extends OperationOptions<TransferProgress> {
  /** Default: one that all share, which honours `http_proxy`, `https_proxy` and `no_proxy`. */
  readonly http?: HttpClient | undefined
  /** How often an attempt that brought nothing is repeated. One that moved on starts counting afresh. Default 5. */
  readonly retries?: number | undefined
  /** Time without a byte after which the server counts as dead. Default 30,000 ms. */
  readonly stalledAfterMs?: number | undefined
  /** Waits between two attempts. Default: the system's clock. */
  readonly wait?: ((delayMs: number, signal: AbortSignal | undefined) => Promise<void>) | undefined
}

export interface TransferResult {
  /** Bytes. */
  readonly size: number
  /** Of the whole content, in hexadecimal. */
  readonly sha256: string
  /** What the server calls this version, for a later question whether it is still the newest. */
  readonly etag?: string | undefined
  readonly lastModified?: string | undefined
}
