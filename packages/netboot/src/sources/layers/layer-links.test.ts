import { describe, expect, it } from 'vitest'
import { LayerLinks } from './layer-links.js'
import { PathBudget } from './path-budget.js'

const linksOf = (targets: Record<string, string>) => {
  const links = new LayerLinks('layer', new PathBudget())
  for (const [path, target] of Object.entries(targets)) links.set(path, target)
  return links
}

describe('LayerLinks', () => {
  it.each([
    ['lib/x', 'usr/lib/x'],
    ['lib', 'lib'],
    ['libs/x', 'libs/x'],
    ['usr/up/x', 'x'],
    ['usr/up/lib/x', 'usr/lib/x'],
    ['a/b/far/x', 'lib64/x'],
    ['a/b/x', 'a/b/x'],
  ])('follows what is on the way of %s, and not what it leads to', (path, expected) => {
    const links = linksOf({ lib: 'usr/lib', 'usr/up': '../../..', 'a/b/far': '/lib64' })
    expect(links.resolve(path)).toBe(expected)
  })

  it('forgets a link that something else took the place of, and not what is beside it or below', () => {
    const links = linksOf({ 'a/b': 'x', 'a/c': 'y', 'a/c/d': 'z' })
    links.delete('a/b')
    links.delete('a/nothing')
    expect([links.resolve('a/b/1'), links.resolve('a/c/1')]).toEqual(['a/b/1', 'a/y/1'])
    links.delete('a/c')
    expect([links.target('a/c'), links.target('a/c/d'), links.resolve('a/c/d/1')]).toEqual([undefined, 'z', 'a/c/z/1'])
  })

  it.each([
    ['circles', { a: 'b', b: 'a' }],
    ['targets that are longer than Linux makes them', { a: './'.repeat(3000) }],
  ])('refuses %s', (_, targets) => {
    expect(() => linksOf(targets).resolve('a/x')).toThrow(expect.objectContaining({ code: 'layers/damaged' }))
  })

  it('looks at each name of a deep path once', () => {
    const links = linksOf({ link: 'x' })
    const deep = 'a/'.repeat(8000)
    for (let number = 0; number < 1000; number++) expect(links.resolve(`${deep}${number}`)).toBe(`${deep}${number}`)
  })
})
