import { describe, expect, it } from 'vitest'
import { checkDigest, digestOf, isDigest, verified } from './digest.js'

const content = Buffer.from('some bytes')
async function* pieces(bytes: Uint8Array) {
  for (const byte of bytes) yield Uint8Array.of(byte)
}
const read = async (bytes: Uint8Array, size?: number) => {
  const parts: Uint8Array[] = []
  for await (const part of verified(pieces(bytes), { digest: digestOf(content), size }, 'layer')) parts.push(part)
  return Buffer.concat(parts)
}

describe('verified', () => {
  it('passes on what was promised', async () => {
    expect((await read(content, content.length)).equals(content)).toBe(true)
    expect((await read(content)).equals(content)).toBe(true)
  })

  it.each([
    ['other', Buffer.from('same bytes'), content.length],
    ['fewer', content.subarray(1), content.length],
    ['fewer, of unknown size,', content.subarray(1), undefined],
    ['more', Buffer.concat([content, content]), content.length],
  ])('throws before the end of %s bytes', async (_, bytes, size) => {
    await expect(read(bytes, size)).rejects.toMatchObject({ code: 'image/wrong-digest' })
  })
})

it('takes digests of both registered algorithms, and nothing that could be a path', () => {
  expect(isDigest(digestOf(content))).toBe(true)
  expect(isDigest(`sha512:${'0'.repeat(128)}`)).toBe(true)
  for (const text of ['sha256:', `sha256:${'A'.repeat(64)}`, `sha256:${'0'.repeat(63)}/`, `md5:${'0'.repeat(32)}`]) {
    expect(isDigest(text)).toBe(false)
  }
  expect(() => checkDigest(content, `sha512:${'0'.repeat(128)}`, 'x')).toThrow('content of sha512:0')
})
