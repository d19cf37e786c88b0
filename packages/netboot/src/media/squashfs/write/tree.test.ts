import { describe, expect, it } from 'vitest'
import { memorySource } from '../../../bytes/memory-source.js'
import type { FileSystemEntry } from '../../../file-system/entry.js'
import { memorySink, openSquashfs, writeSquashfs } from '../index.js'

const date = new Date('2024-05-06T07:08:09Z')
const file = (path: string): FileSystemEntry => ({ type: 'file', path, source: memorySource(path, path) })
const write = (...entries: FileSystemEntry[]) => writeSquashfs(entries, memorySink(), { date })

describe('entries that make no tree are refused', () => {
  it.each<[string, FileSystemEntry[], RegExp]>([
    ['a path twice', [file('/a'), file('a')], /a: one entry of each path expected, a second one found/],
    [
      'a directory twice',
      [
        { type: 'directory', path: '/d' },
        { type: 'directory', path: '/d/' },
      ],
      /second one found/,
    ],
    ['a directory for a file', [file('/a/b'), file('/a')], /second one found/],
    ['a file as directory', [file('/a'), file('/a/b')], /a directory "a" on its way expected/],
    ['a path that leaves the root', [file('/a/../../b')], /a path inside the root expected/],
    ['a name with NUL', [file('/a\0b')], /names without NUL expected/],
    ['a name that is too long', [file(`/${'ü'.repeat(128)}`)], /up to 255 bytes expected, 256 found/],
    ['a link to nothing', [{ type: 'hardlink', path: '/l', target: '/x' }], /"\/x" found, which there is not/],
    ['a link to a directory', [file('/d/f'), { type: 'hardlink', path: '/l', target: '/d' }], /to a file expected/],
    [
      'links in a circle',
      [
        { type: 'hardlink', path: '/a', target: '/b' },
        { type: 'hardlink', path: '/b', target: '/a' },
      ],
      /a circle of links found/,
    ],
    ['a symbolic link to nowhere', [{ type: 'symlink', path: '/l', target: '' }], /1 to 4095 bytes/],
    [
      'a device number out of range',
      [{ type: 'block-device', path: '/d', major: 4096, minor: 0 }],
      /0 to 4095 expected/,
    ],
    ['permissions out of range', [{ type: 'fifo', path: '/f', mode: 0o10644 }], /permissions: 0 to 4095 expected/],
    ['an owner out of range', [{ type: 'fifo', path: '/f', uid: -1 }], /owner: 0 to 4294967295 expected, -1 found/],
    ['a file for the root', [file('/')], /second one found|one entry of each path/],
    [
      'a value that is too long',
      [{ type: 'fifo', path: '/f', xattrs: new Map([['user.a', new Uint8Array(65_537)]]) }],
      /user.a: a value of up to 65536 bytes expected/,
    ],
    [
      'a name of nothing',
      [{ type: 'fifo', path: '/f', xattrs: new Map([['user.', new Uint8Array(1)]]) }],
      /"user\." found/,
    ],
  ])('%s', async (_, entries, message) => {
    await expect(write(...entries)).rejects.toMatchObject({ code: 'squashfs/invalid-entry' })
    await expect(write(...entries)).rejects.toThrow(message)
  })
})

describe('a tree', () => {
  it('has directories that no entry describes, of root, as old as the image', async () => {
    const sink = memorySink()
    await writeSquashfs([file('/a/b/c')], sink, { date })
    const image = await openSquashfs(memorySource('image', sink.bytes))
    for (const path of ['/', '/a', '/a/b']) {
      expect(await image.stat(path)).toMatchObject({ type: 'directory', mode: 0o755, uid: 0, gid: 0, mtime: date })
    }
  })

  it('takes the attributes of a directory from its entry, wherever that is', async () => {
    const sink = memorySink()
    await writeSquashfs([file('/a/b'), { type: 'directory', path: '/a', mode: 0o700, uid: 5 }], sink, { date })
    const image = await openSquashfs(memorySource('image', sink.bytes))
    expect(await image.stat('/a')).toMatchObject({ mode: 0o700, uid: 5, links: 2 })
    expect(await image.stat('/')).toMatchObject({ links: 3 })
  })

  it('counts the names of a file, also those of links to links in front of it', async () => {
    const sink = memorySink()
    const entries: FileSystemEntry[] = [
      { type: 'hardlink', path: '/one', target: '/two' },
      { type: 'hardlink', path: '/two', target: 'three' },
      file('/three'),
    ]
    const { inodes } = await writeSquashfs(entries, sink, { date })
    expect(inodes).toBe(2)
    const image = await openSquashfs(memorySource('image', sink.bytes))
    const one = await image.stat('/one')
    expect(one).toMatchObject({ type: 'file', links: 3, size: 6 })
    expect((await image.stat('/three')).inode).toBe(one.inode)
  })

  it('is as deep as the paths are', async () => {
    const sink = memorySink()
    const path = '/d'.repeat(2000)
    await writeSquashfs([file(`${path}/f`)], sink, { date })
    const image = await openSquashfs(memorySource('image', sink.bytes))
    expect(await image.stat(`${path}/f`)).toMatchObject({ type: 'file' })
    let last = ''
    for await (const entry of image.walk()) last = entry.path
    expect(last).toBe(`${path}/f`)
  })

  it('says which attributes it could not keep', async () => {
    const xattrs = new Map([
      ['system.posix_acl_access', new Uint8Array(4)],
      ['user.kept', new Uint8Array(1)],
    ])
    const sink = memorySink()
    const summary = await writeSquashfs([{ type: 'fifo', path: '/f', xattrs }], sink, { date })
    expect(summary.droppedXattrs).toEqual([{ path: '/f', name: 'system.posix_acl_access' }])
    expect(summary.droppedXattrCount).toBe(1)
    const image = await openSquashfs(memorySource('image', sink.bytes))
    expect([...(await image.xattrs('/f')).keys()]).toEqual(['user.kept'])
  })
})
