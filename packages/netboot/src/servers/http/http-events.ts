import type { KairosError } from '@kairos-sdk/core'
import type { Endpoint } from '../datagram-socket.js'

/** Why a request got nothing. */
export type HttpRefusalReason =
  /** Nothing is registered there; or it is for another client. */
  | 'not-found'
  /** Neither GET nor HEAD. */
  | 'method'
  /** Not HTTP, or too long. */
  | 'malformed'
  /** No byte of the file is in the range. */
  | 'range'

export interface HttpEventSubject {
  readonly client: Endpoint
  /** The name under which the file is registered; never its path, which is a secret. Of published files, their path. */
  readonly name: string
  /** To whom it is registered. */
  readonly machine: string | undefined
}

/** What a server of artifacts tells. No event holds a path, a query or a header. */
export type HttpEvent =
  | (HttpEventSubject & { readonly type: 'request'; readonly method: 'GET' | 'HEAD' })
  | (HttpEventSubject & {
      readonly type: 'sent'
      readonly method: 'GET' | 'HEAD'
      /** 200, 206, 304 or 412; or what the answer says. */
      readonly status: number
      /** Where in the file the part begins. */
      readonly offset: number
      /** Bytes of content that were sent. */
      readonly bytes: number
      /** Of the whole file. */
      readonly size: number
      readonly ms: number
    })
  /** The client went away or stopped reading (`http/client-gone`), or the file cannot be read. */
  | (HttpEventSubject & {
      readonly type: 'failed'
      readonly bytes: number
      readonly ms: number
      readonly error: KairosError
    })
  | { readonly type: 'refused'; readonly client: Endpoint; readonly reason: HttpRefusalReason; readonly status: number }
