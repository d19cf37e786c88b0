import { createHash } from 'node:crypto'
import { type FaultyServer, startFaultyServer } from '../packages/netboot/src/sources/transfer/faulty-server.js'

/** A release server on this machine, which cuts, lies and refuses as it is told: see {@link FaultyServer}. */
export interface ReleaseServer extends FaultyServer {
  /**
   * Puts a file of a release into its place, with its checksum beside it.
   *
   * @returns its SHA-256
   */
  publish(file: { repository: string; release: string; name: string; content: Uint8Array; checksum?: boolean }): string
}

export async function startReleaseServer(): Promise<ReleaseServer> {
  const server = await startFaultyServer()
  return Object.assign(server, {
    publish({ repository, release, name, content, checksum = true }: Parameters<ReleaseServer['publish']>[0]) {
      const path = `/${repository}/releases/download/${release}/${name}`
      const sha256 = createHash('sha256').update(content).digest('hex')
      server.files.set(path, { content, etag: `"${sha256.slice(0, 16)}"` })
      if (checksum) server.files.set(`${path}.sha256`, { content: Buffer.from(`${sha256}  ${name}\n`) })
      return sha256
    },
  })
}
