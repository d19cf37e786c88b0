import type { ByteSource } from '../../bytes/byte-source.js'
import type { Unsubscribe } from '../../servers/event-stream.js'
import type { HttpEvent } from '../../servers/http/index.js'
import type { Logger } from '../../servers/logger.js'
import type { ListenAddress } from '../configuration/index.js'
import type { IsoServerEndpoints, OfferedFile } from '../run/results.js'

export interface IsoServerInit {
  readonly listenAddress: ListenAddress
  /** What the page is about. */
  readonly title: string
  /** Default: nothing is said. */
  readonly logger?: Logger | undefined
}

/** A file that is offered to everybody. */
export interface Offer {
  /** Not escaped: `kairos.iso`, `machines/node 1.iso`. */
  readonly name: string
  readonly source: ByteSource
  /** What it is for, as a sentence of the page. Files without one are not on it. */
  readonly describe?: string | undefined
  /** 64 hexadecimal digits. */
  readonly sha256?: string | undefined
}

/** The server of the ISO files: their page, the files, `/healthz` and `/readyz`; nothing else. */
export interface IsoServer {
  readonly endpoints: IsoServerEndpoints
  /** Makes a file reachable, in place of one of the same name. */
  offer(offer: Offer): void
  files(): readonly OfferedFile[]
  on(listener: (event: HttpEvent) => void): Unsubscribe
  /** `/readyz` answers 200 from now on. */
  ready(): void
  /** Takes no more requests; what is being sent has `graceMs` (default 0) to arrive. */
  stop(options?: { readonly graceMs?: number }): Promise<void>
}
