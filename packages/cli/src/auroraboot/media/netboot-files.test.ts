import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memorySource } from '@kairos-sdk/netboot'
import { authorIso, writeImage } from '@kairos-sdk/netboot/iso'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Output } from '../../runtime/io.js'
import { runProgram } from '../../runtime/run-program.js'
import { capturedIo } from '../../testing/captured-io.js'
import { aurorabootProgram } from '../program.js'

describe('auroraboot netboot', () => {
  let directory: string
  const at = (name: string) => join(directory, name)
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'netboot-files-'))
  })
  afterAll(() => rm(directory, { recursive: true }))

  const imageOf = (version: string) => {
    const files = { '/boot/kernel': `kernel ${version}`, '/boot/initrd': `initrd ${version}` }
    const rootfs = memorySource('rootfs', Buffer.alloc(1_000_000, version))
    const sources = { ...files, '/rootfs.squashfs': rootfs }
    const entries = Object.entries(sources).map(([path, content]) => {
      const source = typeof content === 'string' ? memorySource(path, content) : content
      return { path, type: 'file' as const, source }
    })
    return authorIso({ volumeLabel: 'X', entries })
  }

  /** @param stopAt - what it says when the person presses Ctrl-C */
  async function netboot(image: string, stopAt?: string) {
    const io = capturedIo()
    const stderr: Output = {
      write(data, taken) {
        io.stderr.write(data, taken)
        if (stopAt !== undefined && String(data).includes(stopAt)) io.stop('SIGINT')
      },
    }
    const code = await runProgram(aurorabootProgram(), ['netboot', at(image), at('out'), 'k'], { ...io, stderr })
    return { code, out: io.stdout.text, err: io.stderr.text }
  }

  it('keeps the files of the last time when it is stopped', async () => {
    await writeImage(await imageOf('1'), at('1.iso'))
    const paths = ['k-kernel', 'k-initrd', 'k.squashfs'].map((name) => join(at('out'), name))
    const { code, out, err } = await netboot('1.iso')
    expect([code, out]).toEqual([0, paths.map((path) => `${path}\n`).join('')])
    expect(err).toContain(`Writing ${paths[2]}\n`)
    await writeImage(await imageOf('2'), at('2.iso'))
    expect(await netboot('2.iso', `Writing ${paths[2]}\n`)).toMatchObject({ code: 130, out: '' })
    expect((await readdir(at('out'))).sort()).toEqual(['k-initrd', 'k-kernel', 'k.squashfs'])
    expect(await readFile(join(at('out'), 'k-kernel'), 'utf8')).toBe('kernel 1')
  })
})
