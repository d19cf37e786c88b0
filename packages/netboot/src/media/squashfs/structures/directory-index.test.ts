import { expect, it } from 'vitest'
import { encodeDirectoryIndex } from './directory-index.js'

it('A directory index has each field at its offset, and the size of the name less one', () => {
  const index = encodeDirectoryIndex({ offset: 8200, block: 0x1234, name: Buffer.from('abc') })
  expect(Buffer.from(index).toString('hex')).toBe('082000003412000002000000616263')
})
