import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeIdentifier } from '../structures/volume-text.js'
import { identifyJoliet, identifyPrimary } from './identifiers.js'
import type { IsoNode } from './node.js'

const attributes = { mode: 0, uid: 0, gid: 0, mtime: new Date(0) }
const file = (name: string): IsoNode => ({
  ...attributes,
  name,
  type: 'file',
  source: { name, size: 0, read: async function* () {} },
})
const directory = (name: string): IsoNode => ({ ...attributes, name, type: 'directory', children: [] })
const link = (name: string): IsoNode => ({ ...attributes, name, type: 'symlink', target: 'x' })

const primary = (...nodes: IsoNode[]) =>
  [...identifyPrimary(nodes).values()].map((identifier) => decodeIdentifier(identifier, 'latin1'))
const joliet = (...nodes: IsoNode[]) =>
  [...identifyJoliet(nodes).values()].map((identifier) => decodeIdentifier(identifier, 'ucs2'))

const name = fc.string({ minLength: 1, maxLength: 120, unit: 'binary' }).filter((text) => !/[/\0]/.test(text))
const nodes = fc
  .uniqueArray(fc.tuple(name, fc.constantFrom(file, directory, link)), { maxLength: 30, selector: ([text]) => text })
  .map((pairs) => pairs.map(([text, make]) => make(text)))

describe('identifiers of the primary tree', () => {
  it('are capitals with a version for files, and without one for directories', () => {
    expect(primary(file('config.yaml'), file('kernel'), directory('boot'), file('a-b c.tar.gz'))).toEqual([
      'CONFIG.YAML;1',
      'KERNEL.;1',
      'BOOT',
      'A_B_C_TAR.GZ;1',
    ])
  })

  it('are numbered where names would become the same', () => {
    expect(primary(file('a'), file('A'), directory('a'), file('ä'), file('_'))).toEqual([
      'A.;1',
      'A_1.;1',
      'A_2',
      '_.;1',
      '__1.;1',
    ])
  })

  it('are all different, of the characters and lengths of level 3', () => {
    fc.assert(
      fc.property(nodes, (children) => {
        const found = primary(...children)
        expect(new Set(found).size).toBe(children.length)
        for (const identifier of found) {
          expect(identifier).toMatch(/^[A-Z0-9_]{1,31}$|^[A-Z0-9_]{0,30}\.[A-Z0-9_]{0,30};1$/)
          expect(identifier.replace(/;1$/, '').replace('.', '').length).toBeLessThanOrEqual(31)
        }
      }),
    )
  })
})

describe('identifiers of the Joliet tree', () => {
  it('keep names as they are, apart from what Windows cannot have, and leave links out', () => {
    expect(joliet(file('Ünïcode näme.yaml'), file('a:b?c'), link('link'), directory('boot'))).toEqual([
      'Ünïcode näme.yaml',
      'a_b_c',
      'boot',
    ])
  })

  it('keep the extension when they are cut to 64 characters', () => {
    expect(joliet(file(`${'x'.repeat(100)}.yaml`))).toEqual([`${'x'.repeat(59)}.yaml`])
  })

  it('are all different, and at most 64 characters long', () => {
    fc.assert(
      fc.property(nodes, (children) => {
        const found = joliet(...children)
        expect(new Set(found).size).toBe(children.filter((node) => node.type !== 'symlink').length)
        for (const identifier of found) {
          expect(identifier.length).toBeLessThanOrEqual(64)
          expect(identifier).not.toMatch(/[*/:;?\\]/)
        }
      }),
    )
  })
})
