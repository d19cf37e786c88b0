import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { memorySource } from '../../bytes/memory-source.js'
import type { FileSystemEntry } from '../../file-system/entry.js'
import { overlayEntries } from './overlay-entries.js'

const file = (path: string, content = path): FileSystemEntry => ({
  type: 'file',
  path,
  source: memorySource(path, content),
})
/** Content that can be read once, as that of a layer. */
const streamed = (path: string, content = path): FileSystemEntry => ({
  type: 'file',
  path,
  source: {
    size: content.length,
    chunks: (async function* () {
      yield Buffer.from(content)
    })(),
  },
})
const directory = (path: string, mode = 0o755): FileSystemEntry => ({ type: 'directory', path, mode })
const symlink = (path: string, target: string): FileSystemEntry => ({ type: 'symlink', path, target })
const hardlink = (path: string, target: string): FileSystemEntry => ({ type: 'hardlink', path, target })

async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const all: Uint8Array[] = []
  for await (const chunk of chunks) all.push(chunk)
  return `${Buffer.concat(all)}`
}

async function describeEntry(entry: FileSystemEntry): Promise<string> {
  if (entry.type === 'directory') return `directory ${entry.mode?.toString(8)}`
  if (entry.type === 'symlink' || entry.type === 'hardlink') return `${entry.type} ${entry.target}`
  if (entry.type !== 'file') return entry.type
  const chunks = 'chunks' in entry.source ? entry.source.chunks : entry.source.read(0, entry.source.size)
  return `file ${await textOf(chunks)}`
}

/** What comes out, by path; a path that comes twice is shown. */
async function overlaid(upper: FileSystemEntry[], lower: () => FileSystemEntry[]): Promise<Record<string, string>> {
  const tree: Record<string, string> = {}
  const stream = async function* () {
    yield* lower()
  }
  for await (const entry of overlayEntries(upper, stream)) {
    const text = await describeEntry(entry)
    tree[entry.path] = entry.path in tree ? `${tree[entry.path]}, twice: ${text}` : text
  }
  return tree
}

describe('overlayEntries', () => {
  it('adds, replaces files and links, and merges directories with the attributes of the upper tree', async () => {
    const upper = [directory('/etc', 0o700), file('/etc/a', 'new'), symlink('/etc/b', 'a'), file('/new/c')]
    const lower = () => [
      directory('/', 0o555),
      directory('etc'),
      streamed('etc/a'),
      streamed('etc/b'),
      streamed('etc/d'),
    ]
    expect(await overlaid([directory('/', 0o700), ...upper], lower)).toEqual({
      '/': 'directory 555',
      'etc/d': 'file etc/d',
      '/etc': 'directory 700',
      '/etc/a': 'file new',
      '/etc/b': 'symlink a',
      '/new/c': 'file /new/c',
    })
  })

  it('replaces a directory with all that it holds by a file, and a file by a directory', async () => {
    const upper = [file('/a'), directory('/b'), file('/b/x')]
    const lower = () => [
      streamed('/a/deep/file'),
      directory('/a'),
      directory('/a/deep'),
      streamed('/b'),
      streamed('/ab'),
    ]
    expect(await overlaid(upper, lower)).toEqual({
      '/ab': 'file /ab',
      '/a': 'file /a',
      '/b': 'directory 755',
      '/b/x': 'file /b/x',
    })
  })

  it('goes through links of the lower tree to directories, so that a merged /usr stays one', async () => {
    const upper = [
      directory('/lib'),
      directory('/lib/firmware'),
      file('/lib/firmware/x', 'new'),
      file('/bin/tool', 'new'),
    ]
    const lower = () => [
      streamed('/usr/lib/firmware/x', 'old'),
      directory('/usr/lib/firmware', 0o500),
      symlink('/lib', 'usr/lib'),
      symlink('/bin', '/../usr/sbin'),
      symlink('/usr/sbin', 'bin'),
      streamed('/usr/bin/other'),
    ]
    expect(await overlaid(upper, lower)).toEqual({
      '/lib': 'symlink usr/lib',
      '/bin': 'symlink /../usr/sbin',
      '/usr/sbin': 'symlink bin',
      '/usr/bin/other': 'file /usr/bin/other',
      '/usr/lib': 'directory 755',
      '/usr/lib/firmware': 'directory 755',
      '/usr/lib/firmware/x': 'file new',
      '/usr/bin/tool': 'file new',
    })
  })

  it('replaces links that lead to no directory, or in circles', async () => {
    const lower = () => [symlink('/gone', 'nowhere'), symlink('/round', 'round'), symlink('/file', 'a'), streamed('/a')]
    expect(
      await overlaid(
        ['/gone', '/round', '/file'].flatMap((path) => [directory(path), file(`${path}/x`)]),
        lower,
      ),
    ).toEqual({
      '/a': 'file /a',
      ...Object.fromEntries(
        ['/gone', '/round', '/file'].flatMap((path) => [
          [path, 'directory 755'],
          [`${path}/x`, `file ${path}/x`],
        ]),
      ),
    })
  })

  it('replaces a link itself by a file, not what it leads to', async () => {
    const lower = () => [symlink('/etc/resolv.conf', '../run/resolv.conf'), streamed('/run/resolv.conf', 'kept')]
    expect(await overlaid([file('/etc/resolv.conf', 'new')], lower)).toEqual({
      '/run/resolv.conf': 'file kept',
      '/etc/resolv.conf': 'file new',
    })
  })

  it.each([
    ['behind it', [streamed('/a', 'old'), hardlink('/b', '/a'), hardlink('/c', '/b')]],
    ['in front of it', [hardlink('/c', '/b'), hardlink('/b', '/a'), streamed('/a', 'old')]],
  ])('keeps the content of a replaced file under its other names, %s', async (_, lower) => {
    const again = () => lower.map((entry) => (entry.type === 'file' ? streamed('/a', 'old') : entry))
    const tree = await overlaid([file('/a', 'new')], again)
    expect(tree['/a']).toBe('file new')
    expect([tree['/b'], tree['/c']].sort()).toEqual(['file old', expect.stringMatching(/^hardlink \/[bc]$/)])
  })

  it('lets the hard links of the upper tree lead to where its files come to lie', async () => {
    const lower = () => [symlink('/lib', 'usr/lib'), directory('/usr/lib')]
    expect(await overlaid([file('/lib/a'), hardlink('/lib/b', '/lib/a')], lower)).toMatchObject({
      '/usr/lib/a': 'file /lib/a',
      '/usr/lib/b': 'hardlink /usr/lib/a',
    })
  })

  it('gives each path once, and nothing below what is no directory, whatever lies over what', async () => {
    const name = fc.constantFrom('a', 'b', 'c')
    const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => `/${parts.join('/')}`)
    const kind = fc.constantFrom('file', 'directory', 'symlink')
    const tree = fc.uniqueArray(fc.tuple(path, kind, path), { selector: ([at]) => at, maxLength: 8 }).map((entries) =>
      entries
        // Of what leads through something else than a directory there is no tree.
        .filter(([at]) => !entries.some(([other, type]) => type !== 'directory' && at.startsWith(`${other}/`)))
        .map(([at, type, target]) =>
          type === 'file' ? file(at) : type === 'directory' ? directory(at) : symlink(at, target),
        ),
    )
    await fc.assert(
      fc.asyncProperty(tree, tree, async (upper, lower) => {
        const result = await overlaid(upper, () => lower)
        for (const [at, text] of Object.entries(result)) {
          expect(text).not.toContain('twice')
          if (text.startsWith('directory')) continue
          expect(Object.keys(result).filter((other) => other.startsWith(`${at}/`))).toEqual([])
        }
        // Two files of the upper tree may meet where a link of the lower one leads.
        if (lower.some(({ type }) => type === 'symlink')) return
        for (const entry of upper)
          if (entry.type === 'file') expect(Object.values(result)).toContain(`file ${entry.path}`)
      }),
    )
  })
})
