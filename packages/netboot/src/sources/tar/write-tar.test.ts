import { KairosError } from '@kairos-sdk/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { memorySource } from '../../bytes/memory-source.js'
import type { FileSystemEntry } from '../../file-system/entry.js'
import { decodeName } from '../../file-system/name.js'
import { inChunks, readAll } from './testing/archive.js'
import { writeTar } from './write-tar.js'

async function archiveOf(entries: readonly FileSystemEntry[]): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const part of writeTar(entries)) parts.push(part)
  return Buffer.concat(parts)
}

const name = fc
  .uint8Array({ minLength: 1, maxLength: 130 })
  .map((bytes) => bytes.map((byte) => (byte === 0 || byte === 0x2f ? 0x41 : byte)))
  .map((bytes) => `x${decodeName(bytes)}`)
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => `/${names.join('/')}`)
const id = fc.oneof(fc.nat(5), fc.nat(0xffffffff))
const attributes = fc.record({
  path,
  mode: fc.nat(0o7777),
  uid: id,
  gid: id,
  mtime: fc.integer({ min: -(2 ** 40), max: 2 ** 44 }).map((milliseconds) => new Date(milliseconds)),
  xattrs: fc.option(
    fc.dictionary(fc.constantFrom('user.a', 'security.capability', 'trusted.ü'), fc.uint8Array({ maxLength: 40 })),
    { nil: undefined },
  ),
})
const content = fc.uint8Array({ maxLength: 1200 })
const number = fc.oneof(fc.nat(300), fc.nat(0xffffffff))

describe('writeTar', () => {
  it('writes what readTar gives back: files, names, owners, times, attributes', async () => {
    await fc.assert(
      fc.asyncProperty(attributes, content, async ({ xattrs, ...fields }, bytes) => {
        const source = memorySource('content', bytes)
        const map = new Map(Object.entries(xattrs ?? {}))
        const archive = await archiveOf([{ type: 'file', ...fields, xattrs: map, source }])
        const [member, more] = await readAll(archive)
        expect(more).toBeUndefined()
        expect(member).toMatchObject({ ...fields, path: fields.path.slice(1), size: bytes.length })
        expect(member?.content.equals(bytes)).toBe(true)
        expect([...(member?.xattrs ?? [])].sort().map(([key, value]) => [key, [...value]])).toEqual(
          [...map].sort().map(([key, value]) => [key, [...value]]),
        )
      }),
    )
  })

  it('writes links, devices, pipes and directories that readTar gives back', async () => {
    await fc.assert(
      fc.asyncProperty(path, path, number, number, async (from, to, major, minor) => {
        const members = await readAll(
          await archiveOf([
            { type: 'symlink', path: from, target: to },
            { type: 'hardlink', path: from, target: to },
            { type: 'block-device', path: from, major, minor },
            { type: 'character-device', path: from, major, minor },
            { type: 'fifo', path: from },
            { type: 'directory', path: from },
          ]),
        )
        const bare = from.slice(1)
        expect(members.map(({ type, ...member }) => [type, member.path, member.target, member.major])).toEqual([
          ['symlink', bare, to, 0],
          ['block-device', bare, '', major],
          ['character-device', bare, '', major],
          ['fifo', bare, '', 0],
          ['directory', `${bare}/`, '', 0],
          ['hardlink', bare, to.slice(1), 0],
        ])
        expect(members[1]?.minor).toBe(minor)
      }),
    )
  })

  it('writes holes as holes', async () => {
    const regions = [
      { offset: 1000, length: 3 },
      { offset: 5000, length: 700 },
    ]
    for (const size of [5700, 9_000_000_000]) {
      const chunks = inChunks(Buffer.alloc(703, 7), 100)
      const archive = await archiveOf([{ type: 'file', path: '/d/f', source: { size, regions, chunks } }])
      expect(archive.length).toBeLessThan(8000)
      expect(await readAll(archive)).toMatchObject([{ path: 'd/f', size, regions, content: Buffer.alloc(703, 7) }])
    }
  })

  it('writes hard links behind what they lead to, also through other links', async () => {
    const members = await readAll(
      await archiveOf([
        { type: 'hardlink', path: '/a', target: '/b' },
        { type: 'hardlink', path: '/b', target: '/c' },
        { type: 'file', path: '/c', source: memorySource('c', 'x') },
      ]),
    )
    expect(members.map(({ path, target }) => [path, target])).toEqual([
      ['c', ''],
      ['a', 'c'],
      ['b', 'c'],
    ])
  })

  it('keeps the attributes of the root, and leaves out sockets', async () => {
    const archive = await archiveOf([
      { type: 'directory', path: '/', mode: 0o711, uid: 3 },
      { type: 'socket', path: '/s' },
    ])
    expect(await readAll(archive)).toMatchObject([{ type: 'directory', path: './', mode: 0o711, uid: 3 }])
  })

  it('gives the same bytes for the same entries', async () => {
    const entries: FileSystemEntry[] = [
      {
        type: 'directory',
        path: '/ä',
        xattrs: new Map([
          ['b', Uint8Array.of(1)],
          ['a', Uint8Array.of(2)],
        ]),
      },
      { type: 'file', path: '/f', source: memorySource('f', 'x') },
    ]
    expect((await archiveOf(entries)).equals(await archiveOf(entries))).toBe(true)
  })

  it.each<[string, FileSystemEntry]>([
    ['content that is too short', { type: 'file', path: '/a', source: { size: 9, chunks: inChunks(Buffer.alloc(8)) } }],
    ['content that is too long', { type: 'file', path: '/a', source: { size: 7, chunks: inChunks(Buffer.alloc(8)) } }],
    ['hard links in a circle', { type: 'hardlink', path: '/a', target: '/a' }],
    [
      'attributes whose names hold "="',
      { type: 'fifo', path: '/a', xattrs: new Map([['user.a=b', new Uint8Array(1)]]) },
    ],
  ])('refuses %s', async (_, entry) => {
    const error = await archiveOf([entry]).catch((thrown: unknown) => thrown)
    expect(KairosError.is(error, 'tar/unsupported')).toBe(true)
  })
})
