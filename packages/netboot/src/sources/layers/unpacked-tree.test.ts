import { describe, expect, it } from 'vitest'
import type { TarMember } from '../tar/member.js'
import { member } from './testing/member.js'
import { UnpackedTree } from './unpacked-tree.js'

/** What is left of layers of members. */
function namesOf(...layers: TarMember[][]) {
  const tree = new UnpackedTree({ whiteouts: true })
  for (const [layer, members] of layers.entries()) {
    for (const [number, each] of members.entries()) tree.add(each, { layer, name: `layer ${layer}`, number })
  }
  const { members, emptyDirectories } = tree.names(layers.length)
  return { members: members.map((names) => Object.fromEntries(names)), emptyDirectories }
}

describe('UnpackedTree', () => {
  it('says which members are left, by number, and under which names', () => {
    const lower = [member('file', 'a'), member('hardlink', 'b', 'a'), member('file', 'c'), member('directory', './')]
    const upper = [member('file', 'a'), member('file', '.wh.c')]
    expect(namesOf(lower, upper).members).toEqual([{ 0: ['b'], 3: [''] }, { 0: ['a'] }])
  })

  it('tells of directories that nothing else tells of', () => {
    const found = namesOf([member('file', 'd/e/x')], [member('file', 'd/e/.wh.x')])
    expect(found).toEqual({ members: [{}, {}], emptyDirectories: ['d/e'] })
  })

  it('refuses more texts than there is memory for', () => {
    const target = 'x'.repeat(2 ** 23)
    const members = Array.from({ length: 64 }, (_, number) => member('symlink', `${number}`, target))
    expect(() => namesOf(members)).toThrow(expect.objectContaining({ code: 'layers/unsupported' }))
  })

  it('follows no link that is longer than Linux makes them', () => {
    const members = [member('symlink', 'a', './'.repeat(3000)), member('file', 'a/x')]
    expect(() => namesOf(members)).toThrow(expect.objectContaining({ code: 'layers/damaged' }))
  })

  it('looks through a directory once for each layer, however often that closes it', () => {
    const files = Array.from({ length: 20_000 }, (_, number) => member('file', `d/${number}`))
    const markers = Array.from({ length: 20_000 }, () => member('file', 'd/.wh..wh..opq'))
    expect(Object.keys(namesOf([member('file', 'd/low')], [...files, ...markers]).members[1] ?? {})).toHaveLength(
      20_000,
    )
  })

  it('finds its way in trees as deep as a path can be long', () => {
    const deep = 'd/'.repeat(8000)
    expect(namesOf([member('file', `${deep}x`)]).members).toEqual([{ 0: [`${deep}x`] }])
    expect(namesOf([member('file', `${deep}x`)], [member('file', 'd/.wh.d'), member('file', 'd/d')]).members).toEqual([
      {},
      { 1: ['d/d'] },
    ])
  })
})
