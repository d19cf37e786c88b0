import { describe, expect, it } from 'vitest'
import { isoPage } from './page.js'

const file = { name: 'kairos.iso', path: '/kairos.iso', size: 740_000_000, describe: 'As it was released.' }

describe('isoPage', () => {
  it('lists each file with its link, size, purpose and checksum', () => {
    const page = isoPage({ title: 'Kairos', files: [{ ...file, sha256: 'ab'.repeat(32) }], machines: [] })
    expect(page).toContain('<a href="/kairos.iso" download>kairos.iso</a>')
    expect(page).toContain('706 MiB')
    expect(page).toContain('As it was released.')
    expect(page).toContain(`SHA-256 ${'ab'.repeat(32)}`)
    expect(page).not.toContain('For one machine each')
  })

  it('shows names of machines as text, whatever is in them', () => {
    const name = `<script>"a"&'b'`
    const page = isoPage({ title: name, files: [], machines: [{ ...file, name, path: '/machines/%3C.iso' }] })
    expect(page).not.toContain('<script>')
    expect(page).toContain('&#60;script&#62;&#34;a&#34;&#38;&#39;b&#39;')
  })

  it('needs nothing of another server to be shown', () => {
    const page = isoPage({ title: 'Kairos', files: [file], machines: [file] })
    expect(page).not.toMatch(/<(?:script|link|img|iframe)|@import|url\(/)
  })

  it('says so while there is nothing to download', () => {
    expect(isoPage({ title: 'Kairos', files: [], machines: [] })).toContain('No image is ready yet.')
  })
})
