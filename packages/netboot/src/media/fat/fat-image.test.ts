import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readFully } from '../../bytes/byte-source.js'
import { memorySource } from '../../bytes/memory-source.js'
import { zeroSource } from '../../bytes/zero-source.js'
import { fatImage } from './fat-image.js'
import type { FatType } from './geometry.js'
import { checkFatName, foldFatName } from './names.js'
import type { FatEntry } from './tree.js'

const date = new Date('2024-01-02T03:04:06Z')
const file = (path: string, content: string | Uint8Array = path): FatEntry => ({
  path,
  type: 'file',
  source: memorySource(path, content),
})

/** An independent reader: follows cluster chains of the first table, and asserts that the second is the same. */
function list(image: Uint8Array, type: FatType): Map<string, Buffer> {
  const disk = Buffer.from(image)
  const perCluster = disk.readUInt8(13) * 512
  const reserved = disk.readUInt16LE(14)
  const tableSectors = type === 32 ? disk.readUInt32LE(36) : disk.readUInt16LE(22)
  const table = disk.subarray(reserved * 512, (reserved + tableSectors) * 512)
  expect(disk.subarray((reserved + tableSectors) * 512, (reserved + 2 * tableSectors) * 512).equals(table)).toBe(true)
  const rootStart = (reserved + 2 * tableSectors) * 512
  const rootBytes = disk.readUInt16LE(17) * 32
  const next = (cluster: number) => {
    if (type === 32) return table.readUInt32LE(cluster * 4)
    if (type === 16) return table.readUInt16LE(cluster * 2)
    const pair = table.readUInt16LE(Math.floor(cluster * 1.5))
    return cluster % 2 ? pair >> 4 : pair & 0xfff
  }
  const chain = (first: number) => {
    const parts: Buffer[] = []
    for (let at = first; at !== 0 && at < 2 ** (type === 32 ? 28 : type) - 9; at = next(at)) {
      const offset = rootStart + rootBytes + (at - 2) * perCluster
      parts.push(disk.subarray(offset, offset + perCluster))
    }
    return Buffer.concat(parts)
  }
  const found = new Map<string, Buffer>()
  const walk = (directory: Buffer, path: string) => {
    let long = ''
    for (let at = 0; at < directory.length && directory[at] !== 0; at += 32) {
      const entry = directory.subarray(at, at + 32)
      const attributes = entry.readUInt8(11)
      if (attributes === 0x0f) {
        const units = Buffer.concat([entry.subarray(1, 11), entry.subarray(14, 26), entry.subarray(28, 32)])
        long = units.toString('utf16le') + long
        continue
      }
      const short = [entry.toString('latin1', 0, 8).trim(), entry.toString('latin1', 8, 11).trim()].filter(Boolean)
      const end = long.indexOf('\0')
      const name = long === '' ? short.join('.') : end < 0 ? long : long.slice(0, end)
      long = ''
      if (attributes & 0x08 || name === '.' || name === '..') continue
      const content = chain((entry.readUInt16LE(20) << 16) | entry.readUInt16LE(26))
      if (attributes & 0x10) walk(content, `${path}${name}/`)
      else found.set(path + name, content.subarray(0, entry.readUInt32LE(28)))
    }
  }
  walk(type === 32 ? chain(disk.readUInt32LE(44)) : disk.subarray(rootStart, rootStart + rootBytes), '')
  return found
}

const read = async (image: { size: number } & Parameters<typeof readFully>[0]) => readFully(image, 0, image.size)

describe('FAT image', () => {
  it.each([12, 16, 32] as const)('gives back every file of a FAT%i', async (type) => {
    const entries = [
      file('EFI/BOOT/BOOTX64.EFI', new Uint8Array(70_000).fill(1)),
      file('EFI/BOOT/grub.cfg', 'search --label COS_LIVE'),
      file('boot/a name with spaces and ümlauts.txt', 'x'),
      file('empty', ''),
      { path: 'nothing/in/here', type: 'directory' as const },
    ]
    const image = fatImage({ entries, type, date, label: 'EFI_LIVE' })
    const found = list(await read(image), type)
    expect([...found.keys()].sort()).toEqual(
      ['EFI/BOOT/BOOTX64.EFI', 'EFI/BOOT/grub.cfg', 'boot/a name with spaces and ümlauts.txt', 'empty'].sort(),
    )
    expect(found.get('EFI/BOOT/BOOTX64.EFI')).toEqual(Buffer.alloc(70_000, 1))
    expect(found.get('EFI/BOOT/grub.cfg')?.toString()).toBe('search --label COS_LIVE')
  })

  it('gives back any tree of files', async () => {
    const name = fc.string({ minLength: 1, maxLength: 30, unit: 'binary' }).filter((text) => {
      try {
        checkFatName(text, text)
        return !text.includes('/')
      } catch {
        return false
      }
    })
    const content = fc.uint8Array({ maxLength: 5000 })
    const tree = fc.uniqueArray(fc.tuple(name, name, content), { maxLength: 30, selector: ([a]) => foldFatName(a) })
    await fc.assert(
      fc.asyncProperty(tree, fc.boolean(), async (files, nested) => {
        const entries = files.map(([a, b, bytes]) => file(nested ? `${a}/${b}` : a, bytes))
        const image = fatImage({ entries, date })
        const found = list(await read(image), image.type)
        expect(found).toEqual(new Map(files.map(([a, b, bytes]) => [nested ? `${a}/${b}` : a, Buffer.from(bytes)])))
      }),
      { numRuns: 50 },
    )
  })

  it('is the same for the same entries in another order, and another for other names', async () => {
    const entries = [file('b/one'), file('a'), file('b/two')]
    const bytes = await read(fatImage({ entries, date }))
    expect(await read(fatImage({ entries: entries.toReversed(), date }))).toEqual(bytes)
    expect(fatImage({ entries: [file('c')], date }).volumeId).not.toBe(fatImage({ entries, date }).volumeId)
  })

  it('reads nothing of a file before it is read itself', async () => {
    let reads = 0
    const source = {
      name: 'counted',
      size: 1000,
      async *read(_offset: number, length: number) {
        reads++
        yield new Uint8Array(length)
      },
    }
    const image = fatImage({ entries: [{ path: 'counted', type: 'file', source }], date })
    expect(reads).toBe(0)
    await read(image)
    expect(reads).toBe(1)
  })

  it('holds a file of nearly 4 GiB without holding it in memory', async () => {
    const source = zeroSource(0xffffffff)
    const image = fatImage({ entries: [{ path: 'large', type: 'file', source }], date })
    expect(image.type).toBe(32)
    expect(image.size).toBeLessThan(0xffffffff * 1.01)
  })

  it('leaves free what was asked for, and has the size that was asked for', () => {
    expect(fatImage({ entries: [file('a')], date, freeBytes: 5_000_000 }).freeBytes).toBeGreaterThanOrEqual(5_000_000)
    const image = fatImage({ entries: [file('a')], date, size: 8 * 1024 * 1024 })
    expect(image.size).toBe(8 * 1024 * 1024)
    expect(image.freeBytes).toBeGreaterThan(7 * 1024 * 1024)
    expect(() => fatImage({ entries: [file('a', new Uint8Array(99_999))], date, size: 65_536 })).toThrow(
      expect.objectContaining({ code: 'fat/no-room' }),
    )
  })

  it.each<[string, FatEntry[]]>([
    ['the same path twice', [file('a/b'), file('a/b')]],
    ['the same path in other capitals', [file('a/b'), file('A/B')]],
    ['a file that is also a directory', [file('a'), file('a/b')]],
    ['a directory that is also a file', [file('a/b'), file('a')]],
    ['a name that FAT cannot have', [file('a/b?c')]],
    ['a way out of the root', [file('../a')]],
    ['no name', [file('/')]],
    ['a file of 4 GiB', [{ path: 'a', type: 'file', source: zeroSource(2 ** 32) }]],
    ['a directory with content', [{ path: 'a', type: 'directory', source: zeroSource(1) }]],
  ])('refuses %s', (_, entries) => {
    expect(() => fatImage({ entries, date })).toThrow(expect.objectContaining({ code: 'fat/invalid-entry' }))
  })

  it('refuses a label that FAT cannot have', () => {
    for (const label of ['', 'lower', 'TWELVE_CHARS', 'A/B']) {
      expect(() => fatImage({ entries: [], date, label })).toThrow(
        expect.objectContaining({ code: 'argument/invalid' }),
      )
    }
  })
})
