import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memorySource } from '@kairos-sdk/netboot'
import { authorIso, writeImage } from '@kairos-sdk/netboot/iso'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runProgram } from '../../runtime/run-program.js'
import { type CapturedIoInit, capturedIo } from '../../testing/captured-io.js'
import { aurorabootProgram } from '../program.js'

describe('auroraboot iso cat', () => {
  let directory: string
  let image: string
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'print-file-'))
    image = join(directory, 'x.iso')
    const files = { '/title': 'a\x1b]0;title\x07\n', '/binary': Uint8Array.of(1, 0, 255) }
    const entries = Object.entries(files).map(([path, content]) => ({
      path,
      type: 'file' as const,
      source: memorySource(path, content),
    }))
    await writeImage(await authorIso({ volumeLabel: 'X', entries }), image)
  })
  afterAll(() => rm(directory, { recursive: true }))

  async function cat(path: string, init: CapturedIoInit = {}, ...options: string[]) {
    const io = capturedIo(init)
    const code = await runProgram(aurorabootProgram(), ['iso', 'cat', image, path, ...options], io)
    return { code, out: io.stdout.text, err: io.stderr.text }
  }

  it('prints bytes as they are into a pipe', async () => {
    expect(await cat('/title')).toEqual({ code: 0, out: 'a\x1b]0;title\x07\n', err: '' })
    expect((await cat('/binary')).out).toBe('\x01\0\xff')
  })

  it('lets no file of an image move the cursor of a terminal, and shows no binary there', async () => {
    expect((await cat('/title', { isTTY: true })).out).toBe('a\ufffd]0;title\ufffd\n')
    const refused = await cat('/binary', { isTTY: true })
    expect([refused.code, refused.out]).toEqual([2, ''])
    expect(refused.err).toContain('> FILE')
  })

  it('says with --json how the content is written', async () => {
    expect(JSON.parse((await cat('/binary', {}, '--json')).out)).toEqual({
      path: '/binary',
      size: 3,
      encoding: 'base64',
      content: 'AQD/',
    })
  })
})
