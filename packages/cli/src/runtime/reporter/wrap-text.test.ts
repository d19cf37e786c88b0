import { describe, expect, it } from 'vitest'
import { wrapText } from './wrap-text.js'

describe('wrapText', () => {
  it('breaks between words so that no line is wider than the terminal', () => {
    expect(wrapText('aa bb cc dd', 7, '  ')).toBe('  aa bb\n  cc dd')
    expect(wrapText('aa bbbbbbbbb cc', 7, '  ')).toBe('  aa\n  bbbbbbbbb\n  cc')
  })

  it('keeps lines that are there, and leaves text for a pipe or a terminal without a size alone', () => {
    expect(wrapText('a\nb c', 80, '  ')).toBe('  a\n  b c')
    for (const columns of [undefined, 0]) {
      expect(wrapText('a '.repeat(100).trim(), columns, '  ')).toBe(`  ${'a '.repeat(100).trim()}`)
    }
  })

  it('keeps the spaces that lines begin with', () => {
    expect(wrapText('a\n  b c', 80, '  ')).toBe('  a\n    b c')
    expect(wrapText('  bb cc', 7, '')).toBe('  bb cc')
    expect(wrapText('  bb cc', 6, '')).toBe('  bb\n  cc')
  })

  it('makes no line of more than 100 columns', () => {
    const lines = wrapText('word '.repeat(60).trim(), 300, '').split('\n')
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100)
    expect(lines.length).toBe(3)
  })
})
