import { expect, it } from 'vitest'
import { encodeGzipOptions, encodeZstdOptions } from './compressor-options.js'

it('Compressor options hold the level, of gzip also window and strategies', () => {
  expect(Buffer.from(encodeGzipOptions(6)).toString('hex')).toBe('060000000f000000')
  expect(Buffer.from(encodeZstdOptions(22)).toString('hex')).toBe('16000000')
})
