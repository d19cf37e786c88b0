import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readFully } from '../../bytes/byte-source.js'
import { memorySource } from '../../bytes/memory-source.js'
import { openIso } from '../iso/open-iso.js'
import { cacheIpxe } from './cache-ipxe.js'
import { efiBuildAbilities } from './efi-build.js'
import { findIpxe, ipxeCacheDirectory, requireIpxe } from './find-ipxe.js'
import { authorIpxeIso, type IpxeIsoOptions } from './ipxe-iso.js'

let root: string
const at = (...parts: string[]) => join(root, ...parts)

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'kairos-ipxe-test-'))
  for (const directory of ['user', 'system', 'cache']) await mkdir(at(directory))
})
afterEach(() => rm(root, { recursive: true }))

const places = () => ({ directory: at('user'), systemDirectories: [at('system')], cacheDirectory: at('cache') })

describe('builds of iPXE', () => {
  it("are found in the user's directory, then the system's, then the cache", async () => {
    for (const directory of ['cache', 'system', 'user']) {
      await writeFile(at(directory, 'ipxe.lkrn'), directory)
      expect((await findIpxe('bios-kernel', places()))?.name).toBe(at(directory, 'ipxe.lkrn'))
    }
    expect((await findIpxe('bios-kernel', { ...places(), directory: undefined }))?.name).toBe(at('system', 'ipxe.lkrn'))
  })

  it('are found by the names that distributions give them', async () => {
    await mkdir(at('system', 'arm64-efi'))
    await writeFile(at('system', 'arm64-efi', 'ipxe.efi'), 'x')
    await writeFile(at('system', 'snponly.efi'), 'x')
    await writeFile(at('system', 'undionly.kpxe'), 'x')
    expect((await findIpxe('efi-arm64', places()))?.name).toMatch(/arm64-efi\/ipxe\.efi$/)
    expect((await findIpxe('efi-x64', places()))?.name).toMatch(/snponly\.efi$/)
    expect((await findIpxe('bios-undi', places()))?.name).toMatch(/undionly\.kpxe$/)
  })

  it('that are needed and missing are an error with the machine, the file and what installs it', async () => {
    await writeFile(at('system', 'ipxe-arm64.efi'), '')
    await expect(requireIpxe('efi-arm64', places())).rejects.toMatchObject({
      code: 'ipxe/not-found',
      message: expect.stringMatching(/arm64 UEFI machines: ipxe-arm64\.efi expected in .*user, .*system, .*cache/),
      hint: expect.stringMatching(/apt install ipxe/),
    })
  })

  it('have their cache where the environment says', () => {
    expect(ipxeCacheDirectory({ XDG_CACHE_HOME: '/c' })).toBe('/c/kairos/ipxe')
    expect(ipxeCacheDirectory({})).toMatch(/\.cache\/kairos\/ipxe$/)
  })
})

describe('the cache', () => {
  const content = 'an iPXE build'
  const sha256 = createHash('sha256').update(content).digest('hex')
  const options = () => ({ file: 'ipxe.lkrn', sha256, cacheDirectory: at('cache', 'new') })

  it('keeps a build with the checksum that is expected', async () => {
    const path = await cacheIpxe(memorySource('download', content), options())
    expect(await readFile(path, 'utf8')).toBe(content)
    expect((await findIpxe('bios-kernel', { ...places(), cacheDirectory: at('cache', 'new') }))?.name).toBe(path)
  })

  it('keeps nothing of one with another', async () => {
    const source = memorySource('download', 'something else')
    await expect(cacheIpxe(source, options())).rejects.toMatchObject({ code: 'input/changed' })
    expect(await readdir(at('cache'))).toEqual([])
  })

  it('takes no name that leads elsewhere, and no checksum that is none', async () => {
    const source = memorySource('download', content)
    for (const wrong of [{ file: '../x' }, { file: '..' }, { file: '' }, { sha256: 'abc' }]) {
      await expect(cacheIpxe(source, { ...options(), ...wrong })).rejects.toMatchObject({ code: 'argument/invalid' })
    }
  })
})

describe('a build for UEFI', () => {
  it('shows what it can do', async () => {
    const abilities = (content: string | Uint8Array) => efiBuildAbilities(memorySource('ipxe.efi', content))
    expect(await abilities('MZ\0file:autoexec.ipxe\0https\0')).toEqual({ readsAutoexec: true, https: true })
    expect(await abilities(Buffer.from('xautoexec.ipxe', 'utf16le'))).toEqual({ readsAutoexec: true, https: false })
    expect(await abilities('MZ\0https://ipxe.org\0')).toEqual({ readsAutoexec: false, https: false })
  })
})

describe('iPXE medium', () => {
  const script = '#!ipxe\nchain http://10.0.0.1/boot.ipxe\n'
  const grub = () => ({
    image: memorySource('eltorito.img', new Uint8Array(4096)),
    hybridMbr: new Uint8Array(512),
    origin: 'test',
  })
  const author = (options: Partial<IpxeIsoOptions> = {}) => {
    const { directory, ...ipxe } = places()
    return authorIpxeIso({ script, ipxeDirectory: directory, ipxe, grub: grub(), date: new Date(0), ...options })
  }

  it('starts iPXE with the script on BIOS and UEFI', async () => {
    await writeFile(at('user', 'ipxe.lkrn'), 'kernel')
    await writeFile(at('user', 'ipxe.efi'), 'MZ\0autoexec.ipxe\0')
    await writeFile(at('user', 'ipxe-arm64.efi'), 'MZ\0autoexec.ipxe\0')
    const iso = await author()
    expect(iso.boots).toEqual(['bios', 'uefi-x64', 'uefi-arm64'])
    expect(iso.warnings).toEqual([])
    const image = await openIso(iso)
    const read = async (path: string) => {
      const source = await image.open(path)
      return Buffer.from(await readFully(source, 0, source.size)).toString()
    }
    expect(await read('/script.ipxe')).toBe(script)
    expect(await read('/ipxe.lkrn')).toBe('kernel')
    expect(await read('/boot/grub2/grub.cfg')).toMatch(
      /linux16 \(\$root\)\/ipxe\.lkrn\n\s+initrd16 \(\$root\)\/script\.ipxe/,
    )
    const whole = Buffer.from(await readFully(iso, 0, iso.size)).toString('latin1')
    expect(whole.split(script)).toHaveLength(4)
    expect(image.volume.bootCatalog?.catalog.sections).toHaveLength(1)
  })

  it('says that a build from before 2021 does not start with UEFI', async () => {
    await writeFile(at('user', 'ipxe.lkrn'), 'kernel')
    await writeFile(at('user', 'ipxe.efi'), 'MZ')
    const iso = await author()
    expect(iso.boots).toEqual(['bios'])
    expect(iso.warnings).toEqual([
      expect.stringMatching(/x86-64 machines with UEFI: .*ipxe\.efi is a build that does not/),
    ])
  })

  it('says what is missing for a BIOS: iPXE, GRUB, or the MBR for disks', async () => {
    await writeFile(at('user', 'ipxe.efi'), 'MZ\0autoexec.ipxe\0')
    expect((await author()).warnings).toEqual([expect.stringMatching(/BIOS: there is no ipxe\.lkrn.*apt install ipxe/)])
    await writeFile(at('user', 'ipxe.lkrn'), 'kernel')
    expect((await author({ grub: undefined, host: false })).warnings).toEqual([
      expect.stringMatching(/BIOS: there is no GRUB.*grub-pc-bin/),
    ])
    expect((await author({ grub: { ...grub(), hybridMbr: undefined } })).warnings).toEqual([
      expect.stringMatching(/from CD only/),
    ])
  })

  it('says that a script with https: URLs needs a build that knows them', async () => {
    await writeFile(at('user', 'ipxe.lkrn'), 'kernel')
    await writeFile(at('user', 'ipxe.efi'), 'MZ\0autoexec.ipxe\0')
    expect((await author({ script: `${script}\n# see https://ipxe.org\n` })).warnings).toEqual([])
    const secure = script.replace('http:', 'https:')
    expect((await author({ script: secure })).warnings).toEqual([expect.stringMatching(/https: URLs.*ipxe\.efi/)])
    await writeFile(at('user', 'ipxe.efi'), 'MZ\0autoexec.ipxe\0https\0')
    expect((await author({ script: secure })).warnings).toEqual([])
  })

  it('is not made when it would start nowhere, or when the script is none', async () => {
    await expect(author()).rejects.toMatchObject({ code: 'ipxe/not-found' })
    await expect(author({ script: 'boot' })).rejects.toMatchObject({ code: 'ipxe/invalid-script' })
  })
})
