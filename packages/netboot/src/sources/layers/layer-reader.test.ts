import { describe, expect, it } from 'vitest'
import type { TarMember } from '../tar/member.js'
import { LayerReader } from './layer-reader.js'
import { LinkRequests } from './link-requests.js'
import { PathBudget } from './path-budget.js'
import { SeenPaths } from './seen-paths.js'
import { member } from './testing/member.js'

/** Reads members below a layer that takes all of `gone` away. By default there is room for a mebibyte. */
function read(members: Iterable<TarMember>, room = 2 ** 20): void {
  const budget = new PathBudget(room)
  const seen = new SeenPaths(budget)
  const requests = new LinkRequests(budget)
  const readerOf = (layer: number) =>
    new LayerReader({ name: `layer ${layer}`, layer, seen, requests, whiteouts: true, room: budget.lend() })
  readerOf(1).add(member('file', '.wh.gone'))
  const lower = readerOf(0)
  for (const each of members) lower.add(each)
}

/** Members with a name of a kibibyte each. */
function* long(count: number, make: (name: string) => TarMember): Generator<TarMember> {
  for (let number = 0; number < count; number++) yield make(`${number}`.padStart(1024, 'x'))
}

const withAttribute = (member: TarMember, value: Uint8Array) => ({ ...member, xattrs: new Map([['user.x', value]]) })

const MANY = new Map(Array.from({ length: 50 }, (_, number) => [`user.${number}`, new Uint8Array(1)]))

describe('LayerReader', () => {
  it.each([
    ['names of files', long(1100, (name) => member('file', name))],
    ['names of files that are hidden', long(1100, (name) => member('file', `gone/${name}`))],
    ['names of what is taken away', long(1100, (name) => member('file', `.wh.${name}`))],
    ['directories on the way of deep paths', [member('file', `${'a/'.repeat(2000)}f`)]],
    ['directories on the way of deep paths that are hidden', [member('file', `gone/${'a/'.repeat(2000)}f`)]],
    ['targets of links', long(400, (name) => member('symlink', name, 'x'.repeat(2048)))],
    ['targets of links that are hidden', long(400, (name) => member('symlink', `gone/${name}`, 'x'.repeat(2048)))],
    ['names and targets of hard links', long(300, (name) => member('hardlink', name, `below${name}`))],
    ['names of what is hidden', [member('file', 'gone/x'), ...long(330, (name) => member('hardlink', name, 'gone/x'))]],
    ['attributes', long(100, (name) => withAttribute(member('directory', name), new Uint8Array(10_000)))],
    ['small attributes', long(100, (name) => ({ ...member('directory', name), xattrs: MANY }))],
  ])('refuses more than there is memory for: %s', (_, members) => {
    expect(() => read(members)).toThrow(expect.objectContaining({ code: 'layers/unsupported' }))
  })

  it('finds out once whether layers above hide what is in a deep directory', () => {
    const directories = ['a/'.repeat(200), 'b/'.repeat(200)]
    const members = Array.from({ length: 40_000 }, (_, number) => member('file', `${directories[number % 2]}${number}`))
    read(members, 2 ** 26)
  })

  it('needs no more memory for files with large attributes, which are handed on at once', () => {
    read(long(100, (name) => withAttribute(member('file', name), new Uint8Array(100_000))))
  })
})
