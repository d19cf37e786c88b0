import { expect, it } from 'vitest'
import { formatBytes } from './format-bytes.js'

it.each([
  [0, '0 bytes'],
  [1, '1 byte'],
  [999, '999 bytes'],
  [1_000, '1.0 kB'],
  [999_949, '999.9 kB'],
  [999_951, '1.0 MB'],
  [705_300_000, '705.3 MB'],
  [5_000_000_000_000_000, '5000.0 TB'],
])('formatBytes(%i) is %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text))
