import { createHash } from 'node:crypto'
import { open, readFile, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readFully } from '../packages/netboot/src/bytes/byte-source.js'
import { memorySource } from '../packages/netboot/src/bytes/memory-source.js'
import { overlaySource } from '../packages/netboot/src/bytes/overlay-source.js'
import { zeroSource } from '../packages/netboot/src/bytes/zero-source.js'
import { findGrub, grubBoot, liveGrubConfig } from '../packages/netboot/src/media/grub/index.js'
import { type AuthorEntry, authorIso } from '../packages/netboot/src/media/iso/author/index.js'
import { requirement } from './requirements.js'
import { runProgram } from './run-program.js'
import { temporaryDirectory, writeSource } from './temporary.js'

const date = new Date('2024-05-06T07:08:10Z')
const file = (path: string, content: string | Uint8Array = path, extra: object = {}): AuthorEntry => ({
  path,
  type: 'file',
  source: memorySource(path, content),
  ...extra,
})
const noise = (length: number) => Uint8Array.from({ length }, (_, index) => (index * 7919) >> 3)
const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex')
const deep = Array.from({ length: 14 }, (_, index) => `level${index}`).join('/')
const longTarget = `../${'directory/'.repeat(90)}end`

/** Content by path, of everything that programs must read the same. */
const contents = new Map<string, string | Uint8Array>([
  ['config.yaml', '#cloud-config\n'],
  ['rootfs.squashfs', noise(2_500_000)],
  ['boot/kernel', noise(70_000)],
  [`${deep}/file`, 'deep'],
  ['empty', ''],
  ['a name with spaces and ümlauts.yaml', 'x'],
  ['x'.repeat(255), 'long name'],
  [`${'x'.repeat(254)}y`, 'another one'],
  ...Array.from({ length: 400 }, (_, index): [string, string] => [`many/file number ${index}`, `${index}`]),
])

const entries: AuthorEntry[] = [
  ...[...contents].map(([path, content]) => file(path, content, { mode: 0o640, uid: 12, gid: 34 })),
  { path: 'link', type: 'symlink', target: 'boot/../boot/./kernel' },
  { path: 'absolute', type: 'symlink', target: '/etc/passwd' },
  { path: 'long link', type: 'symlink', target: longTarget },
  { path: 'empty directory', type: 'directory', mode: 0o1777 },
]

describe.skipIf(
  requirement([
    ...['xorriso', 'isoinfo', 'bsdtar', 'sgdisk', 'fsck.vfat', 'mdir', 'grub-mkimage'],
    ...['/usr/lib/grub/i386-pc/boot_hybrid.img', '/usr/lib/grub/x86_64-efi/normal.mod'],
  ]),
)('an authored ISO, as other programs see it', () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>
  let path: string
  beforeAll(async () => {
    directory = await temporaryDirectory()
    path = await writeSource(await author(), join(directory.path, 'authored.iso'))
  })
  afterAll(() => directory.remove())

  async function author() {
    const boot = grubBoot({ grub: await findGrub(), config: liveGrubConfig(), date })
    const texts = { volumeLabel: 'COS_LIVE', publisher: 'KAIROS' }
    return authorIso({ ...texts, date, ...boot, entries: [...boot.entries, ...entries] })
  }

  async function xorriso(...args: string[]): Promise<string> {
    const { code, output } = await runProgram('xorriso', ['-report_about', 'NOTE', '-indev', path, ...args])
    expect(output).not.toMatch(/WARNING|SORRY|FAILURE|FATAL|MISHAP/)
    expect(code, output).toBe(0)
    return output
  }

  it('xorriso finds both boot images, with what they know about themselves, and both partition tables', async () => {
    const output = await xorriso('-report_el_torito', 'plain', '-report_system_area', 'plain', '-pvd_info')
    expect(output).toMatch(/Volume id +: 'COS_LIVE'/)
    expect(output).toMatch(/Publisher Id +: +KAIROS|Publisher +: 'KAIROS'/i)
    expect(output).toMatch(/El Torito boot img : +1 +BIOS +y +none +0x0000 +0x00 +4 /)
    expect(output).toMatch(/El Torito boot img : +2 +UEFI +y +none /)
    expect(output).toMatch(/El Torito img opts : +1 +boot-info-table grub2-boot-info/)
    expect(output).toMatch(/System area summary: MBR protective-msdos-label grub2-mbr cyl-align-off GPT/)
    expect(output).toMatch(/GPT type GUID +: +1 +28732ac11ff8d211ba4b00a0c93ec93b/)
    expect(output).toMatch(/GPT start and size : +1 +2048 /)
    expect(output).not.toMatch(/GPT.*(corrupt|wrong|invalid|CRC)/i)
  })

  it('xorriso reads every sector', async () => {
    expect(await xorriso('-check_media', '--')).toMatch(/Media region : +0 , +\d+ , \+ good/)
  })

  it('xorriso extracts every file, link and directory as it was', async () => {
    const target = join(directory.path, 'extracted')
    await xorriso('-osirrox', 'on', '-extract', '/', target)
    for (const [name, content] of contents)
      expect(sha256(await readFile(join(target, name))), name).toBe(sha256(content))
    const list = await runProgram('find', [target, '-printf', '%P|%m|%y|%l|%Ts\n'])
    const lines = list.output.split('\n')
    // xorriso gives links the time of extraction.
    expect(list.output).toContain('\nlink|777|l|boot/../boot/./kernel|')
    expect(list.output).toContain(`\nlong link|777|l|${longTarget}|`)
    expect(lines).toContain(`config.yaml|640|f||${date.getTime() / 1000}`)
    expect(lines).toContain(`empty directory|1777|d||${date.getTime() / 1000}`)
    expect(lines).toContain(`${deep}/file|640|f||${date.getTime() / 1000}`)
    await runProgram('chmod', ['-R', 'u+rwX', target])
  })

  it('bsdtar reads every file', async () => {
    const list = await runProgram('bsdtar', ['-tvf', path, '--numeric-owner'])
    expect(list.code, list.output).toBe(0)
    expect(list.output).toMatch(/-rw-r-----\s+1 12\s+34\s+14 .* config\.yaml/)
    expect(list.output).toMatch(/ link -> boot\/\.\.\/boot\/\.\/kernel/)
    for (const name of [
      'rootfs.squashfs',
      `${deep}/file`,
      'many/file number 399',
      'a name with spaces and ümlauts.yaml',
    ]) {
      const { stdout } = await runProgram('bsdtar', ['-xOf', path, name])
      expect(sha256(stdout), name).toBe(sha256(contents.get(name) ?? ''))
    }
  })

  it('isoinfo reads the Rock Ridge tree, the Joliet tree and the plain one', async () => {
    const about = await runProgram('isoinfo', ['-d', '-i', path])
    expect(about.output).toMatch(/Joliet with UCS level 3 found/)
    expect(about.output).toMatch(/Rock Ridge signatures version 1 found/)
    expect(about.output).toMatch(/El Torito VD version 1 found/)
    const read = async (...args: string[]) => (await runProgram('isoinfo', ['-i', path, ...args])).stdout
    expect(sha256(await read('-R', '-x', `/${deep}/file`))).toBe(sha256('deep'))
    expect(sha256(await read('-J', '-x', '/rootfs.squashfs'))).toBe(sha256(contents.get('rootfs.squashfs') ?? ''))
    expect(sha256(await read('-x', '/BOOT/KERNEL.;1'))).toBe(sha256(contents.get('boot/kernel') ?? ''))
    // isoinfo writes Latin-1.
    expect((await read('-J', '-f')).toString('latin1')).toContain('/a name with spaces and ümlauts.yaml\n')
    expect((await read('-f')).toString()).toContain('/CONFIG.YAML;1\n')
  })

  it('sgdisk finds no problem with the partition tables', async () => {
    const { code, output } = await runProgram('sgdisk', ['-v', path])
    expect(output).toMatch(/No problems found/)
    expect(output).not.toMatch(/Caution|Warning|Problem:/i)
    expect(code).toBe(0)
    const table = await runProgram('sgdisk', ['-p', path])
    expect(table.output).toMatch(/ 1 +2048 .* EF00 /)
    expect(table.output).toMatch(/ 2 .* 0700 +ISO 9660/)
  })

  it('fsck.vfat finds the EFI system partition clean, and mdir its files', async () => {
    const [, first, last] = /^ +1 +(\d+) +(\d+) /m.exec((await runProgram('sgdisk', ['-p', path])).output) ?? []
    const partition = join(directory.path, 'efi.img')
    const range = [`skip=${first}`, `count=${Number(last) - Number(first) + 1}`]
    await runProgram('dd', [`if=${path}`, `of=${partition}`, 'bs=512', ...range])
    const check = await runProgram('fsck.vfat', ['-n', partition])
    expect(check.code, check.output).toBe(0)
    const list = await runProgram('mdir', ['-i', partition, '-/', '-b', '::'])
    expect(list.output).toMatch(/::\/EFI\/BOOT\/BOOTX64\.EFI/)
    expect(list.output).toMatch(/::\/EFI\/BOOT\/grub\.cfg/)
  })

  it('is the same, byte for byte, when it is made again', async () => {
    const again = await author()
    expect((await readFile(path)).equals(await readFully(again, 0, again.size))).toBe(true)
  })

  it('xorriso and bsdtar read a file of more than 4 GiB', async () => {
    const size = 2 ** 32 + 8192
    const marks = [0, 2 ** 32 - 2048, 2 ** 32, size - 6]
    const source = overlaySource(
      'large',
      zeroSource(size),
      marks.map((offset, index) => ({ offset, source: memorySource('mark', `mark ${index}`) })),
    )
    const iso = await authorIso({ volumeLabel: 'LARGE', date, entries: [{ path: 'large', type: 'file', source }] })
    const large = join(directory.path, 'large.iso')
    // Written with holes: only what is not zero takes up room.
    await writeSource(memorySource('nothing', ''), large)
    await truncate(large, iso.size)
    const handle = await open(large, 'r+')
    for (const extent of iso.extents) {
      const parts = extent.source === source ? source.extents : [{ offset: 0, source: extent.source }]
      for (const part of parts) {
        let at = extent.offset + part.offset
        for await (const chunk of part.source.read(0, part.source.size)) {
          await handle.write(chunk, 0, chunk.length, at)
          at += chunk.length
        }
      }
    }
    await handle.close()
    const list = await runProgram('xorriso', ['-indev', large, '-lsl', '/large', '--'])
    expect(list.output).toMatch(new RegExp(` ${size} `))
    const tar = await runProgram('bsdtar', ['-tvf', large])
    expect(tar.output).toMatch(new RegExp(` ${size} .*large`))
    const { stdout } = await runProgram('sh', ['-c', 'bsdtar -xOf "$1" large | tail -c 10240', 'sh', large])
    expect(stdout).toHaveLength(10_240)
    expect([0, 2048, 10_240 - 6].map((at) => stdout.toString('latin1', at, at + 6))).toEqual([
      'mark 1',
      'mark 2',
      'mark 3',
    ])
  })
})
