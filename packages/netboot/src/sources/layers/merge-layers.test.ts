import { describe, expect, it } from 'vitest'
import type { ImageLayer } from '../container-image.js'
import { archiveOf, inChunks, type SampleMember } from '../tar/testing/archive.js'
import { type MergeOptions, mergeLayers } from './merge-layers.js'

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
    await expect(merged(layersOf([{ path: 'a' }, { path: 'a/b' }]))).rejects.toMatchObject({ code: 'layers/damaged' })
    await expect(merged(layersOf([{ path: 'a' }], [{ path: 'a/b' }]))).rejects.toMatchObject({ code: 'layers/damaged' })
  })

  it('refuses what a stream cannot take back: a file that repeats, a directory that becomes a file', async () => {
    for (const members of [
      [{ path: 'a' }, { path: 'a' }],
      [{ path: 'd/a' }, { path: 'd' }],
      [{ path: 'a' }, symlink('a', 'b')],
    ]) {
      await expect(merged(layersOf(members))).rejects.toMatchObject({ code: 'layers/unsupported' })
    }
  })

  it('refuses entries of a path that turns out to be a link in a lower layer', async () => {
    const layers = layersOf([symlink('lib', 'usr/lib'), { path: 'usr/lib/x' }], [{ path: 'lib/x' }])
    await expect(merged(layers)).rejects.toMatchObject({
      code: 'layers/unsupported',
      message: 'layer 0: /lib: a directory expected, in which a higher layer has entries, a link to usr/lib found.',
    })
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
