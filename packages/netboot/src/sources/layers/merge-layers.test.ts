import type { KairosError } from '@kairos-sdk/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ImageLayer } from '../container-image.js'
import { encodeHeader, padding } from '../tar/encode-header.js'
import { TypeFlag } from '../tar/header.js'
import { encodePaxRecords } from '../tar/pax.js'
import { archiveOf, inChunks, type SampleMember } from '../tar/testing/archive.js'
import { mergeLayers } from './merge-layers.js'
import type { MergeOptions } from './merge-options.js'

function layersOf(...layers: readonly (readonly SampleMember[])[]): (ImageLayer & { opened: number })[] {
  return layers.map((members, index) => ({
    name: `layer ${index}`,
    opened: 0,
    open() {
      this.opened++
      return inChunks(archiveOf(members))
    },
  }))
}

/** What the layers make, as lines: type, path, and content or target. */
async function merged(layers: readonly ImageLayer[], options: MergeOptions = {}): Promise<string[]> {
  const lines: string[] = []
  for await (const entry of mergeLayers(layers, options)) {
    let what = 'target' in entry ? ` ${entry.target}` : ''
    if (entry.type === 'file' && 'chunks' in entry.source) {
      for await (const chunk of entry.source.chunks) what += ` ${Buffer.from(chunk)}`
    }
    lines.push(`${entry.type} ${entry.path}${what}`)
  }
  return lines.sort()
}

/** The same with the directories that writers make up by themselves, and names of one file in one line. */
async function inodes(layers: readonly ImageLayer[], survey: boolean): Promise<string[]> {
  const groups = new Map<string, string[]>()
  const lines: string[] = []
  const what = new Map<string, string>()
  const directories = new Set<string>()
  for (const line of await merged(layers, { survey })) {
    const [type, path = '', rest = ''] = line.split(' ')
    for (let at = path; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) {
      if (at !== path || type === 'directory') directories.add(at)
    }
    if (type === 'directory') continue
    const key = type === 'hardlink' ? rest : path
    groups.set(key, [...(groups.get(key) ?? []), path])
    if (type !== 'hardlink') what.set(path, `${type} ${rest}`)
  }
  for (const [key, names] of groups) lines.push(`${what.get(key)}: ${names.sort().join(' ')}`)
  return [...lines.sort(), ...[...directories].sort()]
}

const link = (path: string, target: string): SampleMember => ({ path, type: 'hardlink', target })
const symlink = (path: string, target: string): SampleMember => ({ path, type: 'symlink', target })

describe('mergeLayers', () => {
  it('opens each layer once, the highest first, and hands on what is not hidden', async () => {
    const layers = layersOf(
      [
        { path: 'a', content: 'old' },
        { path: 'b', content: 'b' },
      ],
      [{ path: 'a', content: 'new' }],
    )
    expect(await merged(layers)).toEqual(['file /a new', 'file /b b'])
    expect(layers.map(({ opened }) => opened)).toEqual([1, 1])
  })

  it('keeps the old content for a hard link below a file that was replaced', async () => {
    const layers = layersOf(
      [{ path: 'a', content: 'old' }],
      [link('b', 'a'), link('c', 'a')],
      [{ path: 'a', content: 'new' }],
    )
    expect(await merged(layers)).toEqual(['file /a new', 'file /b old', 'hardlink /c /b'])
    expect(layers.map(({ opened }) => opened)).toEqual([1, 1, 1])
  })

  it('reads a layer again only for a hard link whose target in the same layer is hidden', async () => {
    const layers = layersOf([{ path: 'a', content: 'old' }, link('b', 'a')], [{ path: 'a', content: 'new' }])
    expect(await merged(layers)).toEqual(['file /a new', 'file /b old'])
    expect(layers.map(({ opened }) => opened)).toEqual([2, 1])
  })

  it.each(['../x', 'a/../../x', '/../x', '.wh...', 'd/.wh..'])('refuses the path %s, which leads out', async (path) => {
    await expect(merged(layersOf([{ path }]))).rejects.toMatchObject({ code: 'layers/escapes-root' })
  })

  it.each(['../x', '/a/../../x'])('refuses a hard link to %s, which lies outside', async (target) => {
    await expect(merged(layersOf([link('a', target)]))).rejects.toMatchObject({ code: 'layers/escapes-root' })
  })

  it('takes absolute paths and those with ".." inside as they are meant', async () => {
    const layers = layersOf([{ path: '/a', content: '1' }, { path: './d/../b', content: '2' }, link('c', '/x/../a')])
    expect(await merged(layers)).toEqual(['file /a 1', 'file /b 2', 'hardlink /c /a'])
  })

  it('keeps a path inside the root whatever the links on its way say', async () => {
    const layers = layersOf([symlink('out', '../../..'), symlink('up', '/../etc'), { path: 'out/x' }, { path: 'up/y' }])
    expect(await merged(layers)).toEqual(['file /etc/y', 'file /x', 'symlink /out ../../..', 'symlink /up /../etc'])
  })

  it.each<[string, SampleMember[][]]>([
    ['leads nowhere', [[link('a', 'b')]]],
    ['leads to itself', [[link('a', 'a')]]],
    ['leads to a directory', [[{ path: 'd', type: 'directory' }, link('a', 'd')]]],
    ['leads to what a layer in between took away', [[{ path: 'a' }], [{ path: '.wh.a' }], [link('b', 'a')]]],
    [
      'leads into a directory that a layer in between closed',
      [[{ path: 'd/a' }], [{ path: 'd/.wh..wh..opq' }], [link('b', 'd/a')]],
    ],
    ['leads to a hard link that leads back', [[link('a', 'b'), link('b', 'a')]]],
  ])('refuses a hard link that %s', async (_, layers) => {
    await expect(merged(layersOf(...layers))).rejects.toMatchObject({ code: 'layers/damaged' })
  })

  it('refuses entries below what is a file', async () => {
    const options = { survey: true }
    await expect(merged(layersOf([{ path: 'a' }, { path: 'a/b' }]), options)).rejects.toMatchObject({
      code: 'layers/damaged',
    })
    await expect(merged(layersOf([{ path: 'a' }], [{ path: 'a/b' }]), options)).rejects.toMatchObject({
      code: 'layers/damaged',
    })
  })

  const twice: [string, SampleMember[][], string[]][] = [
    [
      'a file',
      [
        [
          { path: 'a', content: '1' },
          { path: 'a', content: '2' },
        ],
      ],
      ['file /a 2'],
    ],
    ['a directory with something in it, then a file', [[{ path: 'd/a' }, { path: 'd' }]], ['file /d']],
    ['a file, then a link', [[{ path: 'a' }, symlink('a', 'b')]], ['symlink /a b']],
    [
      'a file, then a directory',
      [[{ path: 'a' }, { path: 'a', type: 'directory' }, { path: 'a/b' }]],
      ['directory /a', 'file /a/b'],
    ],
    [
      'a file with a hard link before and behind the second',
      [[{ path: 'a', content: '1' }, link('b', 'a'), { path: 'a', content: '2' }, link('c', 'a')]],
      ['file /a 2', 'file /b 1', 'hardlink /c /a'],
    ],
    [
      'a file that a higher layer has a hard link to',
      [
        [
          { path: 'a', content: '1' },
          { path: 'a', content: '2' },
        ],
        [link('b', 'a'), { path: '.wh.a' }],
      ],
      ['file /b 2'],
    ],
    [
      'a directory that is a file in between, below one of a higher layer',
      [
        [{ path: 'd', type: 'directory' }, { path: 'd/a' }, { path: 'd' }, { path: 'd', type: 'directory' }],
        [{ path: 'd', type: 'directory' }],
      ],
      ['directory /d'],
    ],
  ]
  const throughLinks: [string, SampleMember[][], string[]][] = [
    [
      'a file',
      [[symlink('lib', 'usr/lib'), { path: 'usr/lib/x', content: 'old' }], [{ path: 'lib/x', content: 'new' }]],
      ['file /usr/lib/x new', 'symlink /lib usr/lib'],
    ],
    [
      'a whiteout and nothing else',
      [[symlink('lib', 'usr'), { path: 'usr/x' }, { path: 'usr/y' }], [{ path: 'lib/.wh.x' }]],
      ['file /usr/y', 'symlink /lib usr'],
    ],
    [
      'a whiteout of all',
      [[symlink('lib', 'usr'), { path: 'usr/x' }], [{ path: 'lib/.wh..wh..opq' }], [{ path: 'lib/z' }]],
      ['file /usr/z', 'symlink /lib usr'],
    ],
    [
      'the target of a hard link',
      [[symlink('lib', '/usr'), { path: 'usr/x' }], [link('y', 'lib/x')]],
      ['file /y', 'hardlink /usr/x /y', 'symlink /lib /usr'],
    ],
    [
      'a file, while a higher layer has a directory in the place of the link',
      [[symlink('lib', 'usr')], [{ path: 'lib/x' }], [{ path: 'lib', type: 'directory' }]],
      ['directory /lib', 'file /usr/x'],
    ],
    [
      'a file, while a higher layer takes the link away',
      [[symlink('lib', 'usr')], [{ path: 'lib/x' }], [{ path: '.wh.lib' }]],
      ['file /usr/x'],
    ],
    [
      'a file, in front of the directory that takes the place of the link',
      [[symlink('lib', 'usr')], [{ path: 'lib/x' }, { path: 'lib', type: 'directory' }]],
      ['directory /lib', 'file /usr/x'],
    ],
    [
      'a link that leads nowhere, and out of the root',
      [[symlink('lib', '../../usr/./gone/../lib')], [{ path: 'lib/x' }]],
      ['file /usr/lib/x', 'symlink /lib ../../usr/./gone/../lib'],
    ],
    [
      'a hard link to a link',
      [[symlink('a', 'd')], [link('h', 'a')], [{ path: 'h/x' }]],
      ['file /d/x', 'hardlink /h /a', 'symlink /a d'],
    ],
  ]
  it.each([...twice, ...throughLinks])('asks for a survey, then merges: %s', async (_, members, expected) => {
    const layers = layersOf(...members)
    await expect(merged(layers)).rejects.toMatchObject({
      code: 'layers/needs-survey',
      hint: expect.stringContaining('survey: true'),
    })
    expect(await merged(layers, { survey: true })).toEqual(expected)
  })

  it('says what it would need a survey for', async () => {
    await expect(merged(layersOf([symlink('lib', 'usr')], [{ path: 'lib/x' }]))).rejects.toMatchObject({
      message:
        'layer 0: /lib is a link to usr, through which a higher layer has entries, which one pass over the layers cannot merge.',
    })
  })

  it.each<[string, SampleMember[][]]>([
    [
      'links that an entry replaces',
      [[symlink('lib', 'usr')], [{ path: 'lib', type: 'directory' }, { path: 'lib/x' }], [{ path: 'lib/y' }]],
    ],
    ['links that a whiteout took away', [[symlink('lib', 'usr')], [{ path: '.wh.lib' }, { path: 'lib/x' }]]],
    ['links that a layer in between took away', [[symlink('lib', 'usr')], [{ path: '.wh.lib' }], [{ path: 'lib/x' }]]],
    ['directories without entries', [[{ path: 'a/b/c/x' }], [{ path: 'a/b/.wh.x' }, { path: 'a/c/y' }]]],
    ['a whiteout beside what takes its place', [[{ path: 'a' }], [{ path: '.wh.a' }, { path: 'a' }]]],
  ])('needs no survey for %s', async (_, members) => {
    const surveyed = await merged(layersOf(...members), { survey: true })
    expect(await merged(layersOf(...members))).toEqual(surveyed)
  })

  it('follows a link of its own layer that a higher layer replaces', async () => {
    const layers = layersOf([symlink('lib', 'usr'), { path: 'lib/x' }], [{ path: '.wh.lib' }])
    expect(await merged(layers)).toEqual(['file /usr/x'])
    expect(await merged(layers, { survey: true })).toEqual(['file /usr/x'])
  })

  it.each<[string, SampleMember[][]]>([
    ['links in circles', [[symlink('a', 'b'), symlink('b', 'a')], [{ path: 'a/x' }]]],
    ['a link to itself', [[symlink('a', 'a/b')], [{ path: 'a/x' }]]],
    ['entries below a link to a file', [[symlink('a', 'f'), { path: 'f' }], [{ path: 'a/x' }]]],
    ['a hard link through a link that leads nowhere', [[symlink('a', 'gone')], [link('b', 'a/x')]]],
    [
      'links that grow without end',
      [[...Array(39).keys()].map((n) => symlink(`l${n}`, `l${n + 1}/${'x/'.repeat(500)}`))],
    ],
  ])('refuses in a survey %s', async (_, members) => {
    const layers = layersOf(...members, [{ path: 'l0/x' }])
    await expect(merged(layers, { survey: true })).rejects.toMatchObject({ code: 'layers/damaged' })
  })

  it('finds the same in one pass and after a survey, unless it asks for one', async () => {
    const name = fc.constantFrom('a', 'b', 'c')
    const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('/'))
    const member = fc
      .tuple(path, fc.constantFrom('file', 'directory', 'symlink', 'hardlink', 'whiteout', 'opaque'), path, fc.nat(99))
      .map(([at, type, target, number]): SampleMember => {
        const parent = at.slice(0, at.lastIndexOf('/') + 1)
        if (type === 'whiteout') return { path: `${parent}.wh.${at.slice(parent.length)}` }
        if (type === 'opaque') return { path: `${at}/.wh..wh..opq` }
        return {
          path: at,
          type,
          target: type === 'symlink' ? `/${target}` : target,
          content: type === 'file' ? `${number}` : '',
        }
      })
    const layers = fc.array(fc.array(member, { maxLength: 6 }), { minLength: 1, maxLength: 4 })
    const outcome = async (members: SampleMember[][], survey: boolean) => {
      try {
        return (await inodes(layersOf(...members), survey)).join('\n')
      } catch (error) {
        return (error as KairosError).code
      }
    }
    await fc.assert(
      fc.asyncProperty(layers, async (members) => {
        const surveyed = await outcome(members, true)
        const found = await outcome(members, false)
        expect(surveyed).not.toBe('layers/needs-survey')
        // What unpackers refuse too may come out, without the part that is wrong.
        if (found !== 'layers/needs-survey' && surveyed !== 'layers/damaged') expect(found).toBe(surveyed)
      }),
      { numRuns: 2000 },
    )
  })

  it('leaves out the notes of AUFS', async () => {
    expect(await merged(layersOf([{ path: '.wh..wh.aufs' }, { path: '.wh..wh.plnk', type: 'directory' }]))).toEqual([])
  })

  it('takes names of whiteouts as names where they are none', async () => {
    expect(await merged(layersOf([{ path: '.wh.a' }]), { whiteouts: false })).toEqual(['file /.wh.a'])
  })

  it('tells of the layer that it reads', async () => {
    const subjects: unknown[] = []
    await merged(layersOf([{ path: 'a' }]), { onProgress: ({ message, subject }) => subjects.push(message, subject) })
    expect(subjects).toEqual(['Reading layer 1 of 1', 'layer 0'])
  })

  it('refuses a small layer that would fill the memory, but not several of which each can be read', async () => {
    // Attributes of all members that follow.
    const record = { key: 'SCHILY.xattr.user.x', value: new Uint8Array(60_000) }
    const content = encodePaxRecords([record])
    const fields = { mode: 0o644, uid: 0, gid: 0, mtime: new Date(0), name: Buffer.from('global') }
    const header = encodeHeader({ ...fields, typeFlag: TypeFlag.paxGlobalHeader, size: content.length })
    const layer = (name: string, directories: number) => {
      const members = Array.from({ length: directories }, (_, number) => ({
        path: `${name}/${number}`,
        type: 'directory' as const,
      }))
      const archive = Buffer.concat([header, content, padding(content.length), archiveOf(members)])
      return { name, open: () => inChunks(archive, 65_536) }
    }
    await expect(merged([layer('large', 10_000)])).rejects.toMatchObject({ code: 'layers/unsupported' })
    expect(await merged([layer('one', 10), layer('two', 5000), layer('three', 5000)])).toHaveLength(10_010)
  })

  it('lets go of the layer when its reader leaves', async () => {
    let isReleased = false
    const open = async function* () {
      try {
        yield* inChunks(archiveOf([{ path: 'a' }, { path: 'b' }]), 512)
      } finally {
        isReleased = true
      }
    }
    for await (const _ of mergeLayers([{ name: 'layer', open }])) break
    expect(isReleased).toBe(true)
  })
})
