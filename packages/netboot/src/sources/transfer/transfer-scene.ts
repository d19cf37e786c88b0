import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import { type FaultyServer, startFaultyServer } from './faulty-server.js'
import type { TransferOptions } from './transfer.js'

/** Bytes of which no two parts are equal. */
export const bytes = (length: number, factor = 11) =>
  Buffer.from(Uint8Array.from({ length }, (_, at) => (at * factor) >> 3))
export const digest = (content: Uint8Array) => createHash('sha256').update(content).digest('hex')

export const CONTENT = bytes(500_000)
export const SHA256 = digest(CONTENT)
export const OTHER = bytes(600_000, 13)

/** A server that has `CONTENT` at `url`, and where it is to be downloaded to; new for each test. */
export class Scene {
  server!: FaultyServer
  directory!: string
  path!: string
  url!: string
  /** How long the download would have waited. */
  readonly pauses: number[] = []
  readonly options: TransferOptions = { wait: async (delayMs) => void this.pauses.push(delayMs) }

  constructor() {
    beforeEach(async () => {
      this.directory = await mkdtemp(join(tmpdir(), 'transfer-'))
      this.path = join(this.directory, 'image.iso')
      this.server = await startFaultyServer()
      this.url = `${this.server.url}/image.iso`
      this.server.files.set('/image.iso', { content: CONTENT, etag: '"1"' })
      this.pauses.length = 0
    })
    afterEach(async () => {
      await this.server.stop()
      await rm(this.directory, { recursive: true })
    })
  }

  /** What the requests asked for. */
  get ranges(): (string | undefined)[] {
    return this.server.requests.map(({ headers }) => headers.range)
  }
}
