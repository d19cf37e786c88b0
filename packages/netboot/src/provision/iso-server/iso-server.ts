import type { ByteSource } from '../../bytes/byte-source.js'
import { memorySource } from '../../bytes/memory-source.js'
import { namePortOwner } from '../../servers/boot/port-owner.js'
import { listOwnInterfaces } from '../../servers/dhcp/own-interfaces.js'
import type { Unsubscribe } from '../../servers/event-stream.js'
import { createHttpServer, type HttpAnswer, type HttpEvent, type HttpServer } from '../../servers/http/index.js'
import { type Logger, silentLogger } from '../../servers/logger.js'
import type { ListenAddress } from '../configuration/index.js'
import type { IsoServerEndpoints, OfferedFile } from '../results.js'
import { logLine } from './log-line.js'
import { isoPage, type ListedFile } from './page.js'

export interface IsoServerInit {
  readonly listenAddress: ListenAddress
  /** What the page is about. */
  readonly title: string
  /** Default: nothing is said. */
  readonly logger?: Logger | undefined
}

/** An image that is offered to everybody. */
export interface Offer {
  /** Not escaped: `kairos.iso`, `machines/node 1.iso`. */
  readonly name: string
  /** What it is made of, made up when it is asked for if that is cheap: the answer is kept by nobody here. */
  readonly source: ByteSource | (() => Promise<ByteSource>)
  /** Tells this content from any other: letters and digits. */
  readonly etag: string
  /** What it is for, as a sentence of the page. */
  readonly describe: string
  /** 64 hexadecimal digits, where they are known. */
  readonly sha256?: string | undefined
  /** True for what is for one machine. Default false. */
  readonly ofMachine?: boolean | undefined
}

/** The server of the ISO files: their page, the files, `/healthz` and `/readyz`; nothing else. */
export interface IsoServer {
  readonly endpoints: IsoServerEndpoints
  /** Makes an image reachable, in place of one of the same name. */
  offer(offer: Offer): void
  /** Makes a small text reachable, which the page does not list: a checksum. */
  offerText(name: string, text: string): void
  files(): readonly OfferedFile[]
  on(listener: (event: HttpEvent) => void): Unsubscribe
  /** `/readyz` answers 200 from now on. */
  ready(): void
  /** Takes no more requests; what is being sent has `graceMs` (default 0) to arrive. */
  stop(options?: { readonly graceMs?: number }): Promise<void>
}

const ANY_ADDRESS = '0.0.0.0'
const ANY_IPV6_ADDRESS = '::'
const PLAIN = 'text/plain; charset=utf-8'
const HTML = 'text/html; charset=utf-8'

/**
 * Starts the server of the ISO files. It has none at first: its page says so, and `/readyz` answers 503.
 *
 * @throws KairosError `network/address-in-use`, `input/not-permitted`, `network/start-failed`
 */
export async function startIsoServer(init: IsoServerInit): Promise<IsoServer> {
  const { listenAddress, title, logger = silentLogger } = init
  const address = listenAddress.host ?? ANY_ADDRESS
  const http = createHttpServer({ address, port: listenAddress.port })
  const listed = new Map<string, ListedFile & { readonly ofMachine: boolean }>()
  const texts = new Map<string, OfferedFile>()
  // To the time at which it was offered, conditions by date are true.
  const modified = new Date()
  let isReady = false

  const text = (content: string, contentType: string, status = 200): HttpAnswer => {
    return { source: memorySource('answer', content), contentType, status }
  }
  http.route('/healthz', () => text('ok\n', PLAIN))
  http.route('/readyz', () => (isReady ? text('ready\n', PLAIN) : text('not ready yet\n', PLAIN, 503)))
  http.route('/', () => {
    const all = [...listed.values()]
    const files = all.filter(({ ofMachine }) => !ofMachine)
    return text(isoPage({ title, files, machines: all.filter(({ ofMachine }) => ofMachine) }), HTML)
  })
  http.on((event) => {
    const line = logLine(event)
    if (line) logger[line.level](line.text)
  })
  try {
    await http.start()
  } catch (error) {
    throw await namePortOwner(error)
  }

  return {
    endpoints: { port: http.port ?? listenAddress.port, urls: urlsOf(address, http) },
    offer({ name, source, etag, describe, sha256, ofMachine = false }) {
      const path = pathOf(name)
      const validators = { etag: `"${etag.slice(0, 64)}"`, modified }
      const saveAs = name.slice(name.lastIndexOf('/') + 1)
      const contentType = 'application/octet-stream'
      if (typeof source !== 'function') http.publish(path, source, { contentType, validators, saveAs })
      else http.route(path, async () => ({ source: await source(), contentType, validators, saveAs }))
      const size = typeof source === 'function' ? undefined : source.size
      listed.set(name, { name: saveAs, path, size, describe, sha256, ofMachine })
    },
    offerText(name, content) {
      const path = pathOf(name)
      http.publish(path, memorySource(name, content), { contentType: PLAIN })
      texts.set(name, { path, size: Buffer.byteLength(content) })
    },
    files: () => [...[...listed.values()].map(({ path, size }) => ({ path, size })), ...texts.values()],
    on: http.on,
    ready() {
      isReady = true
    },
    stop: http.stop,
  }
}

function pathOf(name: string): string {
  return `/${name.split('/').map(encodeURIComponent).join('/')}`
}

/** The addresses of other machines' networks first. */
function urlsOf(address: string, { port }: HttpServer): string[] {
  const url = (host: string) => `http://${host.includes(':') ? `[${host}]` : host}:${port}`
  if (address !== ANY_ADDRESS && address !== ANY_IPV6_ADDRESS) return [url(address)]
  const own = listOwnInterfaces()
  const ordered = [...own.filter(({ internal }) => !internal), ...own.filter(({ internal }) => internal)]
  return ordered.map((each) => url(each.address))
}
