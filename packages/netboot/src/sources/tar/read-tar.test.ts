import { KairosError } from '@kairos-sdk/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeHeader } from './encode-header.js'
import { encodePaxRecords } from './pax.js'
import { readTar } from './read-tar.js'
import { archiveOf, inChunks, readAll } from './testing/archive.js'

/** The archive with bytes of a header changed and its checksum set right again. */
function patched(
  archive: Buffer,
  at: number,
  bytes: string | Uint8Array,
  checksum?: (block: Buffer) => number,
): Buffer {
  const copy = Buffer.from(archive)
  copy.set(Buffer.from(bytes as string, 'latin1'), at)
  const block = copy.subarray(at - (at % 512), at - (at % 512) + 512)
  block.fill(0x20, 148, 156)
  const sum = checksum ? checksum(block) : block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return copy
}

function paxHeader(typeFlag: string, records: Record<string, string | Uint8Array>): Buffer {
  const content = encodePaxRecords(Object.entries(records).map(([key, value]) => ({ key, value: Buffer.from(value) })))
  const fields = { mode: 0o644, uid: 0, gid: 0, mtime: new Date(0), name: Buffer.from('pax') }
  const header = encodeHeader({ ...fields, typeFlag, size: content.length })
  return Buffer.concat([header, content, Buffer.alloc((512 - (content.length % 512)) % 512)])
}

const plain = archiveOf([
  { path: 'a', content: 'first' },
  { path: 'b', content: 'second' },
])

describe('readTar', () => {
  it('reads members of all types, however the archive is cut into chunks', async () => {
    const archive = archiveOf([
      { path: 'd/', type: 'directory', mode: 0o1777, uid: 7, gid: 8 },
      { path: 'd/file', content: 'x'.repeat(513), mode: 0o4755 },
      { path: 'link', type: 'symlink', target: 'd/file' },
      { path: 'hard', type: 'hardlink', target: 'd/file' },
      { path: 'tty', type: 'character-device', major: 5, minor: 1 },
      { path: 'disk', type: 'block-device', major: 8, minor: 0 },
      { path: 'pipe', type: 'fifo' },
    ])
    const whole = await readAll(archive, 1 << 20)
    expect(whole.map(({ type, path, target, major, minor }) => [type, path, target, major, minor])).toEqual([
      ['directory', 'd/', '', 0, 0],
      ['file', 'd/file', '', 0, 0],
      ['symlink', 'link', 'd/file', 0, 0],
      ['hardlink', 'hard', 'd/file', 0, 0],
      ['character-device', 'tty', '', 5, 1],
      ['block-device', 'disk', '', 8, 0],
      ['fifo', 'pipe', '', 0, 0],
    ])
    expect(whole[0]).toMatchObject({ mode: 0o1777, uid: 7, gid: 8 })
    expect(whole[1]).toMatchObject({ mode: 0o4755, size: 513, content: Buffer.from('x'.repeat(513)) })
    for (const size of [1, 511, 512, 513]) expect(await readAll(archive, size)).toEqual(whole)
  })

  it('hands on views of the chunks, and copies nothing', async () => {
    const archive = archiveOf([{ path: 'a', content: Buffer.alloc(100_000, 1) }])
    for await (const { chunks } of readTar(inChunks(archive, 1 << 20), { name: 'archive' })) {
      for await (const chunk of chunks) expect(chunk.buffer === archive.buffer).toBe(true)
    }
  })

  it('skips content that is not read, or not to its end', async () => {
    const archive = archiveOf(Array.from({ length: 20 }, (_, at) => ({ path: `${at}`, content: 'y'.repeat(at * 700) })))
    const paths: string[] = []
    for await (const member of readTar(inChunks(archive, 300), { name: 'archive' })) {
      paths.push(member.path)
      if (paths.length % 2 === 0) for await (const _ of member.chunks) break
    }
    expect(paths).toHaveLength(20)
  })

  it('reads the stream to its end, behind the end of the archive', async () => {
    let isAtEnd = false
    async function* bytes() {
      yield* inChunks(Buffer.concat([plain, Buffer.from('whatever')]), 512)
      isAtEnd = true
    }
    for await (const _ of readTar(bytes(), { name: 'archive' }));
    expect(isAtEnd).toBe(true)
  })

  it('asks for no more than it needs, and lets go of the stream when its reader leaves', async () => {
    let given = 0
    let isReleased = false
    async function* bytes() {
      try {
        for await (const chunk of inChunks(archiveOf([{ path: 'a', content: Buffer.alloc(1 << 20) }]), 512)) {
          given++
          yield chunk
        }
      } finally {
        isReleased = true
      }
    }
    for await (const member of readTar(bytes(), { name: 'archive' })) {
      expect(given).toBe(1)
      for await (const _ of member.chunks) break
      expect(given).toBe(2)
      break
    }
    expect(isReleased).toBe(true)
  })

  it('takes the end of the stream between two members as the end of the archive', async () => {
    expect(await readAll(plain.subarray(0, 2048))).toHaveLength(2)
    expect(await readAll(plain.subarray(0, 2560))).toHaveLength(2)
    expect(await readAll(new Uint8Array(0))).toHaveLength(0)
  })

  it('says where an archive is cut off', async () => {
    for (let length = 1; length < 2048; length++) {
      if (length === 1024) continue
      await expect(readAll(plain.subarray(0, length))).rejects.toMatchObject({
        code: 'tar/damaged',
        message: expect.stringContaining(` at offset ${length}.`),
      })
    }
  })

  it('takes checksums of unsigned and of signed bytes, and no others', async () => {
    const archive = patched(plain, 3, Uint8Array.of(0xff))
    expect(await readAll(archive)).toHaveLength(2)
    const signed = patched(plain, 3, Uint8Array.of(0xff), (block) => new Int8Array(block).reduce((a, b) => a + b, 0))
    expect(await readAll(signed)).toHaveLength(2)
    archive[3] = 0xfe
    await expect(readAll(archive)).rejects.toMatchObject({ code: 'tar/damaged' })
  })

  it('reads base-256 numbers, also negative ones', async () => {
    const time = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe)
    const user = Uint8Array.of(0x80, 0, 0, 0, 0xee, 0x6b, 0x28, 0)
    const [first] = await readAll(patched(patched(plain, 136, time), 108, user))
    expect(first).toMatchObject({ uid: 4_000_000_000, mtime: new Date(-2000) })
  })

  it('reads archives of V7: directories end in a slash, and nothing follows the link name', async () => {
    const archive = patched(archiveOf([{ path: 'd/' }]), 257, 'anything at all'.padEnd(255, 'z'))
    archive[156] = 0
    const [first] = await readAll(patched(archive, 156, '\0'))
    expect(first).toMatchObject({ type: 'directory', path: 'd/', uid: 0 })
  })

  it('lets PAX headers override, global ones for all that follow', async () => {
    const archive = Buffer.concat([
      paxHeader('g', { uid: '4000000000', mtime: '5.75', comment: 'from git' }),
      paxHeader('x', { path: 'päth', 'SCHILY.xattr.user.a': Uint8Array.of(0, 10, 255, 61), mtime: '-1.5' }),
      plain,
    ])
    const [first, second] = await readAll(archive)
    expect(first).toMatchObject({ path: 'päth', uid: 4_000_000_000, mtime: new Date(-1500) })
    expect([...(first?.xattrs?.get('user.a') ?? [])]).toEqual([0, 10, 255, 61])
    expect(second).toMatchObject({ path: 'b', uid: 4_000_000_000, mtime: new Date(5750), xattrs: undefined })
  })

  it.each([
    ['records', [Array.from({ length: 101 }, (_, number) => [`key${number}`, 'x'])]],
    [
      'records in several headers',
      [[...Array(60).keys()], [...Array(60).keys()].map((key) => key + 60)].map((keys) =>
        keys.map((key) => [`${key}`, 'x']),
      ),
    ],
    ['bytes', [[['comment', 'x'.repeat(65_536)]]]],
  ])('refuses more global %s than somebody would write, as they are put to every member', async (_, headers) => {
    const parts = headers.map((records) => paxHeader('g', Object.fromEntries(records)))
    await expect(readAll(Buffer.concat([...parts, plain]))).rejects.toMatchObject({ code: 'tar/damaged' })
    const replaced = paxHeader(
      'g',
      Object.fromEntries(Array.from({ length: 90 }, (_, number) => [`key${number}`, 'x'])),
    )
    expect(await readAll(Buffer.concat([replaced, replaced, plain]))).toHaveLength(2)
  })

  it('reads attributes as libarchive writes them', async () => {
    const header = paxHeader('x', { 'LIBARCHIVE.xattr.user.a%3Db': Buffer.from([1, 2, 3]).toString('base64') })
    const [first] = await readAll(Buffer.concat([header, plain]))
    expect([...(first?.xattrs?.get('user.a=b') ?? [])]).toEqual([1, 2, 3])
  })

  it('reads hard links that bring their content, and those that only say its size', async () => {
    const archive = archiveOf([
      { path: 'a', content: 'same' },
      { path: 'b', type: 'hardlink', target: 'a', content: 'same' },
      { path: 'c' },
    ])
    expect((await readAll(archive)).map(({ path, content }) => [path, `${content}`])).toEqual([
      ['a', 'same'],
      ['b', 'same'],
      ['c', ''],
    ])
    const sizeOnly = patched(
      archiveOf([{ path: 'b', type: 'hardlink', target: 'a' }, { path: 'c' }]),
      124,
      '00000000004',
    )
    expect((await readAll(sizeOnly)).map(({ path, size }) => [path, size])).toEqual([
      ['b', 0],
      ['c', 0],
    ])
  })

  it.each([
    [
      '0.0',
      { 'GNU.sparse.size': '3000', 'GNU.sparse.numblocks': '1' },
      [
        ['GNU.sparse.offset', '1000'],
        ['GNU.sparse.numbytes', '5'],
      ],
    ],
    ['0.1', { 'GNU.sparse.size': '3000', 'GNU.sparse.map': '1000,5,3000,0', 'GNU.sparse.name': 'a' }, []],
  ] as const)('reads the map of sparse files in PAX format %s', async (_, records, more) => {
    const pairs = [...Object.entries(records), ...more]
    const content = encodePaxRecords(pairs.map(([key, value]) => ({ key, value: Buffer.from(value) })))
    const header = paxHeader('x', {}).subarray(0, 512)
    const archive = Buffer.concat([
      patched(header, 124, content.length.toString(8).padStart(11, '0')),
      content,
      Buffer.alloc((512 - (content.length % 512)) % 512),
      plain,
    ])
    const [first] = await readAll(archive)
    expect(first).toMatchObject({ size: 3000, regions: [{ offset: 1000, length: 5 }], content: Buffer.from('first') })
  })

  it.each<[string, Buffer]>([
    ['a PAX header larger than any', patched(Buffer.concat([paxHeader('x', { a: 'b' }), plain]), 124, '77777777777')],
    ['a long name larger than any', patched(Buffer.concat([paxHeader('L', { a: 'b' }), plain]), 124, '00000777777')],
    [
      'PAX headers without end',
      Buffer.concat([...Array.from({ length: 50 }, () => paxHeader('x', { a: 'b' })), plain]),
    ],
    ['a PAX header and no member', Buffer.concat([paxHeader('x', { a: 'b' }), Buffer.alloc(1024)])],
    ['a size that is no number', patched(plain, 124, 'zzzzzzzzzzz')],
    [
      'a negative size',
      patched(plain, 124, Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1)),
    ],
    ['a time that no date can hold', Buffer.concat([paxHeader('x', { mtime: '9999999999999999' }), plain])],
    [
      'regions behind the end',
      Buffer.concat([paxHeader('x', { 'GNU.sparse.size': '3', 'GNU.sparse.map': '0,5' }), plain]),
    ],
    [
      'regions of other content',
      Buffer.concat([paxHeader('x', { 'GNU.sparse.size': '9', 'GNU.sparse.map': '0,4' }), plain]),
    ],
    ['one zero block', Buffer.concat([Buffer.alloc(512), plain])],
  ])('refuses %s', async (_, archive) => {
    await expect(readAll(archive)).rejects.toMatchObject({ code: 'tar/damaged' })
  })

  it('says that volumes and unknown types are not supported', async () => {
    await expect(readAll(patched(plain, 156, 'M'))).rejects.toMatchObject({ code: 'tar/unsupported' })
  })

  it('answers any damage with members or a KairosError', async () => {
    const archive = Buffer.concat([
      paxHeader('x', { path: 'long', 'GNU.sparse.size': '9', 'GNU.sparse.map': '0,5' }),
      plain,
    ])
    await fc.assert(
      fc.asyncProperty(
        fc.nat(archive.length - 1),
        fc.integer({ min: 0, max: 255 }),
        fc.boolean(),
        async (at, to, fix) => {
          const bytes = fix ? patched(archive, at, Uint8Array.of(to)) : Buffer.from(archive)
          bytes[at] = to
          const result = await readAll(bytes).catch((error: unknown) => error)
          if (!Array.isArray(result)) expect(KairosError.is(result)).toBe(true)
        },
      ),
      { numRuns: 500 },
    )
  })

  it('stops when it is cancelled', async () => {
    await expect(readAll(plain, 10, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'aborted' })
  })
})
