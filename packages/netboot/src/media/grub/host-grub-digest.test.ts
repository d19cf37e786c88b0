import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { hostGrubDigest } from './host-grub-digest.js'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kairos-grub-digest-'))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(directory, { recursive: true })
})

it('differs when modules or the program are installed, removed or replaced, and stays else', async () => {
  const host = { programs: ['grub-mkimage'], directories: [join(directory, 'grub')] }
  const bios = join(directory, 'grub/i386-pc')
  const program = join(directory, process.platform === 'win32' ? 'grub-mkimage.exe' : 'grub-mkimage')
  vi.stubEnv('PATH', directory)
  const digests = [await hostGrubDigest(host)]
  const changes = [
    () => mkdir(bios, { recursive: true }).then(() => writeFile(join(bios, 'normal.mod'), '')),
    () => writeFile(join(bios, 'boot_hybrid.img'), 'hybrid'),
    () => writeFile(join(bios, 'boot_hybrid.img'), 'another'),
    () => utimes(join(bios, 'boot_hybrid.img'), 0, 0),
    () => writeFile(program, ''),
    () => rm(join(bios, 'normal.mod')),
  ]
  for (const change of changes) {
    await change()
    digests.push(await hostGrubDigest(host))
    expect(await hostGrubDigest(host)).toBe(digests.at(-1))
  }
  expect(new Set(digests).size).toBe(changes.length + 1)
})

it('is the same whatever else there is in PATH', async () => {
  const host = { programs: ['grub-mkimage'], directories: [] }
  const program = join(directory, process.platform === 'win32' ? 'grub-mkimage.exe' : 'grub-mkimage')
  vi.stubEnv('PATH', directory)
  const none = await hostGrubDigest(host)
  await writeFile(program, '')
  const one = await hostGrubDigest(host)
  expect(one).not.toBe(none)
  for (const path of [
    [join(directory, 'bin'), directory],
    [directory, tmpdir()],
  ]) {
    vi.stubEnv('PATH', path.join(delimiter))
    expect(await hostGrubDigest(host)).toBe(one)
  }
})
