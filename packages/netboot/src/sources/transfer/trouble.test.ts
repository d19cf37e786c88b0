import { readdir } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import type { TransferProgress } from './transfer.js'
import { CONTENT, digest, OTHER, Scene, SHA256 } from './transfer-scene.js'
import { transferToFile } from './transfer-to-file.js'

const scene = new Scene()

describe('a download from a server in trouble', () => {
  it('removes what has a wrong checksum', async () => {
    await expect(
      transferToFile({ url: scene.url, sha256: digest(OTHER) }, scene.path, scene.options),
    ).rejects.toMatchObject({
      code: 'input/changed',
      message: `${scene.url}: SHA-256 ${digest(OTHER)} expected, ${SHA256} found.`,
    })
    expect(await readdir(scene.directory)).toEqual([])
    expect(scene.server.requests).toHaveLength(1)
  })

  it.each([
    ['too long', { declare: 500_001 }, undefined, 'input/unreachable'],
    ['too long, against the size that is expected', { declare: 500_001 }, 500_000, 'input/changed'],
    ['too short, against the size that is expected', { declare: 499_999 }, 500_000, 'input/changed'],
  ])('notices a Content-Length that is %s', async (_, fault, size, code) => {
    scene.server.files.set('/image.iso', { content: CONTENT })
    scene.server.faults.push(fault)
    const failing = transferToFile({ url: scene.url, size }, scene.path, {
      ...scene.options,
      retries: 0,
      stalledAfterMs: 100,
    })
    await expect(failing).rejects.toMatchObject({ code })
    expect(await readdir(scene.directory)).not.toContain('image.iso')
  })

  it('notices another size where none is declared', async () => {
    scene.server.faults.push({ undeclared: true }, { undeclared: true })
    await expect(transferToFile({ url: scene.url, size: 400_000 }, scene.path, scene.options)).rejects.toMatchObject({
      code: 'input/changed',
    })
    await expect(
      transferToFile({ url: scene.url, maxBytes: 400_000 }, scene.path, scene.options),
    ).rejects.toMatchObject({
      code: 'input/too-large',
    })
    expect(await transferToFile({ url: scene.url }, scene.path, scene.options)).toMatchObject({ sha256: SHA256 })
  })

  it.each([429, 500, 502, 503])('tries again after %i, when the server wants it', async (status) => {
    scene.server.faults.push({ status, headers: { 'retry-after': '7' } })
    expect(await transferToFile({ url: scene.url }, scene.path, scene.options)).toMatchObject({ sha256: SHA256 })
    expect(scene.pauses).toEqual([7000])
  })

  it('waits longer each time, and gives up', async () => {
    scene.server.faults.push(...Array.from({ length: 9 }, () => ({ status: 500 })))
    await expect(
      transferToFile({ url: scene.url }, scene.path, { ...scene.options, retries: 3 }),
    ).rejects.toMatchObject({
      code: 'input/http',
      message: expect.stringContaining('500'),
    })
    expect(scene.pauses).toHaveLength(3)
    expect(scene.pauses[2]).toBeGreaterThan(scene.pauses[0] ?? 0)
  })

  it('does not wait for hours', async () => {
    scene.server.faults.push({ status: 503, headers: { 'retry-after': '86400' } })
    await expect(transferToFile({ url: scene.url }, scene.path, scene.options)).rejects.toMatchObject({
      code: 'input/http',
    })
    expect(scene.pauses).toEqual([])
  })

  it.each([400, 403, 404, 410])('does not ask again after %i', async (status) => {
    scene.server.faults.push({ status })
    await expect(transferToFile({ url: scene.url }, scene.path, scene.options)).rejects.toMatchObject({
      code: 'input/http',
      message: `${scene.url}: the file expected, the answer ${status} found.`,
    })
    expect(scene.server.requests).toHaveLength(1)
    expect(await readdir(scene.directory)).toEqual([])
  })

  it('takes a server that stays silent for dead, and goes on', async () => {
    scene.server.faults.push({ silentAfter: undefined }, { silentAfter: 100_000 })
    expect(
      await transferToFile({ url: scene.url }, scene.path, { ...scene.options, stalledAfterMs: 100 }),
    ).toMatchObject({ sha256: SHA256 })
    expect(scene.ranges).toEqual([undefined, undefined, 'bytes=100000-'])
  })

  it('is cancelled while it waits', async () => {
    scene.server.faults.push({ status: 503, headers: { 'retry-after': '100' } })
    const stop = new AbortController()
    const onProgress = ({ phase }: TransferProgress) => {
      if (phase === 'waiting') stop.abort()
    }
    await expect(
      transferToFile({ url: scene.url }, scene.path, { signal: stop.signal, onProgress }),
    ).rejects.toMatchObject({
      code: 'aborted',
    })
  })
})
