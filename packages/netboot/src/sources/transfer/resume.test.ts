import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import type { TransferProgress } from './transfer.js'
import { bytes, CONTENT, digest, OTHER, Scene, SHA256 } from './transfer-scene.js'
import { transferToFile } from './transfer-to-file.js'

const scene = new Scene()

/** Breaks a download off after some bytes, as a process that ends would. */
async function leavePartial(cutAfter: number, request: { sha256?: string } = {}) {
  scene.server.faults.push({ cutAfter })
  await expect(
    transferToFile({ url: scene.url, ...request }, scene.path, { ...scene.options, retries: 0 }),
  ).rejects.toMatchObject({
    code: 'input/unreachable',
  })
  scene.server.requests.length = 0
}

describe('a download that broke off', () => {
  it.each([
    ['by the ETag', { etag: '"1"' }, '"1"'],
    ['by the date', { modified: 'Mon, 01 Jan 2024 00:00:00 GMT' }, 'Mon, 01 Jan 2024 00:00:00 GMT'],
  ])('goes on where the connection was cut, and knows the version %s', async (_, file, validator) => {
    scene.server.files.set('/image.iso', { content: CONTENT, ...file })
    scene.server.faults.push({ cutAfter: 100_000 }, { cutAfter: 200_000 })
    expect(await transferToFile({ url: scene.url }, scene.path, scene.options)).toMatchObject({ sha256: SHA256 })
    expect(scene.ranges).toEqual([undefined, 'bytes=100000-', 'bytes=300000-'])
    expect(scene.server.requests[1]?.headers['if-range']).toBe(validator)
    expect(await readFile(scene.path)).toEqual(CONTENT)
  })

  it('goes on where an earlier process stopped', async () => {
    await leavePartial(123_456)
    expect((await readdir(scene.directory)).sort()).toEqual(['image.iso.partial', 'image.iso.partial.json'])
    expect(await transferToFile({ url: scene.url }, scene.path, scene.options)).toMatchObject({ sha256: SHA256 })
    expect(scene.ranges).toEqual(['bytes=123456-'])
    expect(await readdir(scene.directory)).toEqual(['image.iso'])
  })

  it('goes on without a word on the version when the checksum is known, else starts again', async () => {
    scene.server.files.set('/image.iso', { content: CONTENT, etag: 'W/"weak"' })
    await leavePartial(1000, { sha256: SHA256 })
    await transferToFile({ url: scene.url, sha256: SHA256 }, scene.path, scene.options)
    await rm(scene.path)
    await leavePartial(1000)
    await transferToFile({ url: scene.url }, scene.path, scene.options)
    expect(scene.ranges).toEqual([undefined])
    expect(await readFile(scene.path)).toEqual(CONTENT)
  })

  it('takes no partial file of another URL', async () => {
    await leavePartial(1000)
    scene.server.files.set('/other', { content: OTHER, etag: '"1"' })
    expect(await transferToFile({ url: `${scene.server.url}/other` }, scene.path, scene.options)).toMatchObject({
      sha256: digest(OTHER),
    })
    expect(scene.ranges).toEqual([undefined])
  })

  it('goes on at a mirror when the checksum is known', async () => {
    await leavePartial(1000, { sha256: SHA256 })
    scene.server.files.set('/mirror', { content: CONTENT, etag: '"mirror"' })
    await transferToFile({ url: `${scene.server.url}/mirror`, sha256: SHA256 }, scene.path, scene.options)
    expect(scene.ranges).toEqual(['bytes=1000-'])
    expect(scene.server.requests[0]?.headers['if-range']).toBeUndefined()
  })

  it('starts again when the file on the server is another one', async () => {
    scene.server.faults.push({ cutAfter: 100_000 })
    const onProgress = ({ phase }: TransferProgress) => {
      if (phase === 'waiting') scene.server.files.set('/image.iso', { content: OTHER, etag: '"2"' })
    }
    expect(await transferToFile({ url: scene.url }, scene.path, { ...scene.options, onProgress })).toMatchObject({
      sha256: digest(OTHER),
      etag: '"2"',
    })
    expect(await readFile(scene.path)).toEqual(OTHER)
  })

  it('starts again when the file became shorter than what is there', async () => {
    await leavePartial(400_000, { sha256: SHA256 })
    scene.server.files.set('/image.iso', { content: CONTENT.subarray(0, 1000), etag: '"1"' })
    await expect(transferToFile({ url: scene.url, sha256: SHA256 }, scene.path, scene.options)).rejects.toMatchObject({
      code: 'input/changed',
    })
    expect(scene.ranges).toEqual(['bytes=400000-', undefined])
  })

  it('gives up on a file that changes each time', async () => {
    scene.server.faults.push(...Array.from({ length: 20 }, () => ({ cutAfter: 100_000 })))
    let version = 1
    const onProgress = ({ phase }: TransferProgress) => {
      if (phase === 'waiting') scene.server.files.set('/image.iso', { content: CONTENT, etag: `"${++version}"` })
    }
    await expect(
      transferToFile({ url: scene.url }, scene.path, { ...scene.options, onProgress }),
    ).rejects.toMatchObject({
      code: 'input/changed',
      message: expect.stringContaining('one version'),
    })
  })

  it('starts again when the server ignores ranges', async () => {
    scene.server.files.set('/image.iso', { content: CONTENT, etag: '"1"', ranges: false })
    scene.server.faults.push({ cutAfter: 100_000 })
    expect(await transferToFile({ url: scene.url }, scene.path, scene.options)).toMatchObject({ sha256: SHA256 })
  })

  it('downloads in one piece before it blames a checksum on the server', async () => {
    await leavePartial(100_000, { sha256: SHA256 })
    await writeFile(`${scene.path}.partial`, new Uint8Array(100_000))
    expect(await transferToFile({ url: scene.url, sha256: SHA256 }, scene.path, scene.options)).toMatchObject({
      sha256: SHA256,
    })
    expect(scene.ranges).toEqual(['bytes=100000-', undefined])
  })

  it('finishes what was complete but for its name', async () => {
    await leavePartial(1000, { sha256: SHA256 })
    await writeFile(`${scene.path}.partial`, CONTENT)
    await transferToFile({ url: scene.url, sha256: SHA256 }, scene.path, scene.options)
    expect(scene.server.requests).toHaveLength(0)
    expect(await readFile(scene.path)).toEqual(CONTENT)
  })

  it('asks for the last byte of what looks complete when no checksum shows that it is the version of now', async () => {
    await leavePartial(1000)
    await writeFile(`${scene.path}.partial`, CONTENT)
    await transferToFile({ url: scene.url }, scene.path, scene.options)
    expect(scene.ranges).toEqual(['bytes=499999-'])
  })

  it('keeps what it has when it is cancelled, and throws aborted', async () => {
    const large = bytes(3_000_000)
    scene.server.files.set('/image.iso', { content: large, etag: '"1"' })
    scene.server.beforePiece = (sent) => (sent >= 2_000_000 ? new Promise(() => {}) : undefined)
    const stop = new AbortController()
    const onProgress = ({ done = 0 }: TransferProgress) => {
      if (done > 1_000_000) stop.abort()
    }
    await expect(
      transferToFile({ url: scene.url }, scene.path, { ...scene.options, onProgress, signal: stop.signal }),
    ).rejects.toMatchObject({
      code: 'aborted',
    })
    scene.server.beforePiece = undefined
    expect((await readdir(scene.directory)).sort()).toEqual(['image.iso.partial', 'image.iso.partial.json'])
    expect(await transferToFile({ url: scene.url }, scene.path, scene.options)).toMatchObject({ sha256: digest(large) })
    expect(scene.ranges[1]).toMatch(/^bytes=[1-9]\d{6}-$/)
  })
})
