import type { Finding } from '@kairos-sdk/netboot/doctor'
import { describe, expect, it } from 'vitest'
import { paletteFor } from '../../runtime/reporter/palette.js'
import { findingsText } from './findings-text.js'

const options = { palette: paletteFor(false), columns: undefined }
const finding = (changes: Partial<Finding>): Finding => ({ check: 'port', level: 'ok', found: 'Found.', ...changes })

describe('findingsText', () => {
  it('marks each finding by how bad it is, and says under it what to do', () => {
    const findings = [finding({}), finding({ level: 'warning', advice: 'Do a.\nOr b.' }), finding({ level: 'problem' })]
    expect(findingsText(findings, options)).toBe('✔ Found.\n! Found.\n  Do a.\n  Or b.\n✖ Found.\n')
  })

  it('says once what helps with several things', () => {
    const findings = [67, 69].map((port) => finding({ level: 'problem', found: `${port}`, advice: 'Do a.' }))
    expect(findingsText(findings, options)).toBe('✖ 67\n  Do a.\n✖ 69\n  What helps is said above.\n')
  })

  it('fits the terminal, and lets nothing from the network take it over', () => {
    const text = findingsText([finding({ found: `a\x1b[2J ${'word '.repeat(20)}` })], { ...options, columns: 40 })
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(40)
    expect(text).not.toContain('\x1b')
  })
})
