import type { KairosError } from '@kairos-sdk/core'
import type { Endpoint } from '../datagram-socket.js'

/** Why a request was refused at once. */
export type RefusalReason =
  | 'not-found'
  /** Nothing can be written here. */
  | 'read-only'
  /** Another mode than `octet`. */
  | 'mode'
  /** Too many transfers, of this client or in all. */
  | 'busy'
  /** Finding the file failed. */
  | 'error'

/** Which transfer an event is about. */
export interface TftpEventSubject {
  readonly client: Endpoint
  /** As the client asked for it. */
  readonly name: string
}

export type TftpEvent =
  | (TftpEventSubject & { readonly type: 'refused'; readonly reason: RefusalReason })
  | (TftpEventSubject & {
      readonly type: 'started'
      readonly size: number
      readonly blockSize: number
      readonly windowSize: number
    })
  | (TftpEventSubject & {
      readonly type: 'sent'
      readonly bytes: number
      readonly ms: number
      /** False when the client closed its port before it acknowledged the end, as some firmwares do. */
      readonly acknowledged: boolean
      readonly retransmissions: number
    })
  /** The client only wanted to know the size. */
  | (TftpEventSubject & { readonly type: 'probed' })
  | (TftpEventSubject & {
      readonly type: 'failed'
      /** Acknowledged until then. */
      readonly bytes: number
      readonly ms: number
      readonly error: KairosError
    })
