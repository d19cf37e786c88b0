import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { AURORABOOT } from './manuals/auroraboot.js'
import { NETWORK_BOOTING } from './manuals/network-booting.js'
import { QR_CODE } from './manuals/qr-code.js'

const EXAMPLES = { ...QR_CODE, ...NETWORK_BOOTING, ...AURORABOOT }

describe('docs/manual-examples.md', () => {
  const page = readFileSync(join(import.meta.dirname, '../docs/manual-examples.md'), 'utf8')
  const rows = [...page.matchAll(/^\| `([\w-]+)` \|(.*)\|$/gm)].map(([, name = '', rest = '']) => {
    const [manual, section, , boots = ''] = rest.split(' | ').map((cell) => cell.trim())
    return { name, manual, section, boots }
  })

  it('has a row for each example, and each example has a test', () => {
    const examples = Object.entries(EXAMPLES).map(([name, { page: manual, section }]) => ({ name, manual, section }))
    expect(rows.map(({ name, manual, section }) => ({ name, manual, section }))).toEqual(examples)
    const source = readFileSync(join(import.meta.dirname, 'manuals.test.ts'), 'utf8')
    const elsewhere = rows.filter(({ boots }) => boots !== '').map(({ name }) => name)
    const tested = (name: string) => new RegExp(`['", ]${name}['":,]`).test(source)
    expect(rows.map(({ name }) => name).filter((name) => !tested(name) && !elsewhere.includes(name))).toEqual([])
  })

  it('names tests that there are', () => {
    const missing = rows.filter(({ boots }) => {
      if (boots === '') return false
      const [, file = '', title = ''] = /^(\S+\.test\.ts): (.*)$/.exec(boots) ?? []
      return !readFileSync(join(import.meta.dirname, file), 'utf8').includes(title)
    })
    expect(missing).toEqual([])
  })
})
