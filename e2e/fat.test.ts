import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memorySource } from '../packages/netboot/src/bytes/memory-source.js'
import { type FatEntry, type FatImageOptions, fatImage } from '../packages/netboot/src/media/fat/index.js'
import { requirement } from './requirements.js'
import { runProgram } from './run-program.js'
import { temporaryDirectory, writeSource } from './temporary.js'

const date = new Date('2024-05-06T07:08:10Z')
const file = (path: string, content: string | Uint8Array, mtime?: Date): FatEntry => ({
  path,
  type: 'file',
  source: memorySource(path, content),
  mtime,
})
const noise = Uint8Array.from({ length: 300_000 }, (_, index) => (index * 7919) >> 3)

const entries: FatEntry[] = [
  file('EFI/BOOT/BOOTX64.EFI', noise),
  file('EFI/BOOT/grub.cfg', 'search --label COS_LIVE\n', new Date('2020-01-02T03:04:06Z')),
  file('autoexec.ipxe', '#!ipxe\n'),
  file('a long name with spaces, ümlauts and $igns.config.yaml', '#cloud-config\n'),
  file('empty.txt', ''),
  { path: 'empty directory/inside', type: 'directory' },
  ...Array.from({ length: 300 }, (_, index) => file(`many/file number ${index} of many.txt`, `${index}`)),
]

describe.skipIf(requirement(['fsck.vfat', 'mdir', 'mcopy', 'minfo']))('FAT images, as other programs see them', () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>
  beforeAll(async () => {
    directory = await temporaryDirectory()
  })
  afterAll(() => directory.remove())

  async function write(options: Partial<FatImageOptions>): Promise<string> {
    return writeSource(fatImage({ entries, date, ...options }), join(directory.path, 'fat.img'))
  }

  it.each<[string, Partial<FatImageOptions>, RegExp]>([
    ['a FAT12', { type: 12, label: 'EFI_LIVE' }, /12 bit entries/],
    ['a FAT16', { type: 16, label: 'EFI_LIVE' }, /16 bit entries/],
    ['a FAT32', { type: 32, label: 'EFI_LIVE' }, /32 bit entries/],
    ['one without a label', {}, /bit entries/],
    ['one of a given size', { size: 48 * 1024 * 1024, label: 'SIZED' }, /bit entries/],
    ['an empty one', { entries: [] }, /bit entries/],
    ['an empty FAT32', { entries: [], type: 32 }, /32 bit entries/],
  ])('fsck.vfat finds nothing wrong with %s', async (_, options, bits) => {
    const image = await write(options)
    const { code, output } = await runProgram('fsck.vfat', ['-n', '-v', image])
    expect(output).toMatch(bits)
    expect(output).not.toMatch(/Dirty bit|differ|wrong|invalid|bad|reclaim|differences|Fixing/i)
    expect(code, output).toBe(0)
  })

  it.each([12, 16, 32] as const)('mtools reads names, dates and contents of a FAT%i', async (type) => {
    const image = await write({ type, label: 'EFI_LIVE' })
    const list = await runProgram('mdir', ['-i', image, '-/', '-a', '::'])
    expect(list.code, list.output).toBe(0)
    expect(list.output).toMatch(/Volume in drive : is EFI_LIVE/)
    expect(list.output).toMatch(/AUTOEX~1 IPX\s+7 2024-05-06\s+7:08\s+autoexec\.ipxe/)
    expect(list.output).toMatch(/GRUB\s+CFG\s+24 2020-01-02\s+3:04\s+grub\.cfg/)
    expect(list.output).toMatch(/file number 299 of many\.txt/)

    const read = async (path: string) => (await runProgram('mcopy', ['-i', image, `::${path}`, '-'])).stdout
    expect(await read('/EFI/BOOT/BOOTX64.EFI')).toEqual(Buffer.from(noise))
    expect((await read('/efi/boot/GRUB.CFG')).toString()).toBe('search --label COS_LIVE\n')
    expect((await read('/many/file number 123 of many.txt')).toString()).toBe('123')
    expect((await read('/a long name with spaces, ümlauts and $igns.config.yaml')).toString()).toBe('#cloud-config\n')
  })

  it('mtools can add a file, and the image stays clean', async () => {
    const image = await write({ freeBytes: 1024 * 1024 })
    const added = await runProgram('mcopy', ['-i', image, '-', '::/many/added.bin'], noise)
    expect(added.code, added.output).toBe(0)
    const { code, output } = await runProgram('fsck.vfat', ['-n', image])
    expect(code, output).toBe(0)
  })
})
