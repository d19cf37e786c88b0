import { memorySource } from '../packages/netboot/src/bytes/memory-source.js'
import { authorIso } from '../packages/netboot/src/media/iso/index.js'
import { type ReleaseServer, startReleaseServer } from './release-server.js'

/** The version of {@link publishSmallRelease}. */
export const RELEASE = 'v3.7.2'

/** What the names of its files begin with. */
export const RELEASE_NAME = `kairos-ubuntu-24.04-core-amd64-generic-${RELEASE}`

/** Settings that name it. */
export const RELEASE_SETTINGS = [`release_version=${RELEASE}`, 'flavor=ubuntu', 'flavor_release=24.04'] as const

/** What is in its ISO, by path. */
export interface ReleaseFiles {
  readonly '/boot/kernel': Uint8Array
  readonly '/boot/initrd': Uint8Array
  readonly '/rootfs.squashfs': Uint8Array
}

/** Files with the signs by which real ones are known, which start nothing. */
export function smallReleaseFiles(rootfsBytes = 3_000_000): ReleaseFiles {
  const kernel = Buffer.alloc(100_000, 'kernel ')
  kernel.write('HdrS', 0x202, 'latin1')
  return {
    '/boot/kernel': kernel,
    '/boot/initrd': Buffer.alloc(200_000, 'initrd '),
    '/rootfs.squashfs': Buffer.alloc(rootfsBytes, 'hsqs, as it were '),
  }
}

/** An installation image with the layout of a release's. */
export async function smallReleaseIso(files: ReleaseFiles = smallReleaseFiles()): Promise<Buffer> {
  const entries = Object.entries(files).map(([path, bytes]) => {
    return { path, type: 'file', source: memorySource(path, bytes) } as const
  })
  const image = await authorIso({ volumeLabel: 'COS_LIVE', entries, date: new Date('2026-01-02T03:04:05Z') })
  const chunks: Uint8Array[] = []
  for await (const chunk of image.read(0, image.size)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/**
 * Starts a release server that has one small release, and says by which settings a configuration means it.
 */
export async function startSmallReleaseServer(
  iso: Uint8Array,
): Promise<{ server: ReleaseServer; sha256: string; settings: string[] }> {
  const server = await startReleaseServer()
  const about = { repository: 'kairos-io/kairos', release: RELEASE, name: `${RELEASE_NAME}.iso` }
  const sha256 = server.publish({ ...about, content: iso })
  return { server, sha256, settings: [...RELEASE_SETTINGS, `release_server=${server.url}`] }
}
