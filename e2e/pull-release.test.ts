import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { memorySource } from '../packages/netboot/src/bytes/memory-source.js'
import { authorIso } from '../packages/netboot/src/media/iso/index.js'
import { auroraboot, aurorabootSucceeds } from './auroraboot-bin.js'
import { type ReleaseServer, startReleaseServer } from './release-server.js'
import { temporaryDirectory } from './temporary.js'

const NAME = 'kairos-ubuntu-24.04-core-amd64-generic-v3.7.2'
const CONTENTS = { '/boot/kernel': 'the kernel', '/boot/initrd': 'the initrd', '/rootfs.squashfs': 'the root' }
const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex')

describe('the built auroraboot pull-release', () => {
  let server: ReleaseServer
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>
  let iso: Buffer
  beforeEach(async () => {
    server = await startReleaseServer()
    directory = await temporaryDirectory()
    const entries = Object.entries(CONTENTS).map(([path, text]) => {
      return { path, type: 'file', source: memorySource(path, text) } as const
    })
    const image = await authorIso({ volumeLabel: 'COS_LIVE', entries })
    const chunks: Uint8Array[] = []
    for await (const chunk of image.read(0, image.size)) chunks.push(chunk)
    iso = Buffer.concat(chunks)
    server.publish({ repository: 'kairos-io/kairos', release: 'v3.7.2', name: `${NAME}.iso`, content: iso })
  })
  afterEach(async () => {
    await server.stop()
    await directory.remove()
  })
  const args = (...more: string[]) => [
    ...['pull-release', '--flavor', 'ubuntu', '--flavor-release', '24.04', '--release-version', 'v3.7.2'],
    ...['--release-server', server.url, '--state-dir', 'state', ...more],
  ]

  it('writes the ISO and prints its checksum; the second time it needs no server', async () => {
    const out = await aurorabootSucceeds(directory.path, ...args('--output', 'files'))
    expect(out).toBe(`${sha256(iso)}  files/${NAME}.iso\n`)
    expect(await readFile(join(directory.path, 'files', `${NAME}.iso`))).toEqual(iso)
    await server.stop()
    const again = await auroraboot(directory.path, ...args('--output', 'again'))
    expect([again.code, again.out]).toEqual([0, `${sha256(iso)}  again/${NAME}.iso\n`])
    expect(again.err).toMatch(/cannot be reached/)
  })

  it('takes the files for booting over the network out of the ISO', async () => {
    const out = await aurorabootSucceeds(directory.path, ...args('--output', 'files', '--netboot', '--json'))
    const result = JSON.parse(out.trim().split('\n').at(-1) ?? '')
    expect(result).toMatchObject({ event: 'result', name: NAME, warnings: [] })
    const names = [`${NAME}-initrd`, `${NAME}-kernel`, `${NAME}.squashfs`]
    expect((await readdir(join(directory.path, 'files'))).sort()).toEqual(names)
    expect(await readFile(join(directory.path, 'files', `${NAME}-kernel`), 'utf8')).toBe('the kernel')
    expect(result.files).toContainEqual({ path: `files/${NAME}.squashfs`, size: 8, sha256: sha256('the root') })
  })

  it('finishes at a server that cuts, limits and fails, and fetches no byte twice', async () => {
    const busy = { 'retry-after': '0' }
    server.faults.push(undefined, { status: 429, headers: busy }, { cutAfter: 20_000 }, { status: 500, headers: busy })
    const out = await aurorabootSucceeds(directory.path, ...args('--output', 'files'))
    expect(out).toBe(`${sha256(iso)}  files/${NAME}.iso\n`)
    const asked = server.requests.filter(({ path }) => path.endsWith('.iso')).map(({ headers }) => headers.range)
    expect(asked).toEqual([undefined, undefined, 'bytes=20000-', 'bytes=20000-'])
  })

  it('keeps nothing of a file that is not what was published, and says what it found', async () => {
    const path = [...server.files.keys()].find((name) => name.endsWith('.iso')) ?? ''
    server.files.set(path, { content: iso.toReversed(), etag: '"other"' })
    const { code, err } = await auroraboot(directory.path, ...args('--output', 'files'))
    expect([code, err]).toEqual([4, expect.stringContaining(`SHA-256 ${sha256(iso)} expected`)])
    expect(await readdir(directory.path)).toEqual(['state'])
    expect(await readdir(join(directory.path, 'state/cache/incoming'))).toEqual([])
  })

  it('names the URL that it tried for a release that is not there, and leaves nothing', async () => {
    const { code, err } = await auroraboot(directory.path, ...args('--output', 'files', '--variant', 'standard'))
    expect(code).toBe(4)
    expect(err).toContain(`${server.url}/kairos-io/kairos/releases/download/v3.7.2/`)
    expect(await readdir(directory.path)).toEqual(['state'])
  })
})
