import { readFileSync } from 'node:fs'
import { encodeToken, generateToken } from '@kairos-sdk/core/token'
import { describe, expect, it } from 'vitest'
import { pgmOf } from './corpus/files.js'
import { paintSquare, paste } from './corpus/paint.js'
import { createRaster } from './raster.js'
import { readTokenFromPicture, readTokensFromPicture } from './read-tokens.js'

const fixtures = new URL('./fixtures/', import.meta.url)
const token = readFileSync(new URL('token.txt', fixtures), 'utf8').trim()

/** The codes beside each other. */
function pictureOf(...texts: readonly string[]): Uint8Array {
  const codes = texts.map((text) => paintSquare(text, 4))
  const width = codes.reduce((sum, code) => sum + code.width + 20, 20)
  const picture = createRaster(width, 40 + Math.max(0, ...codes.map(({ height }) => height)))
  let left = 20
  for (const code of codes) {
    paste(picture, code, left, 20)
    left += code.width + 20
  }
  return pgmOf(picture)
}

describe('readTokensFromPicture', () => {
  it('reads the token of a real node', async () => {
    const picture = readFileSync(new URL('linux-console.png', fixtures))
    expect(await readTokensFromPicture(picture)).toEqual({ tokens: [token], codes: 1 })
  })

  it('passes over codes that are no tokens', async () => {
    const picture = pictureOf('https://kairos.io', token)
    expect(await readTokensFromPicture(picture)).toEqual({ tokens: [token], codes: 2 })
  })

  it('gives all tokens where several machines wait', async () => {
    const tokens = [encodeToken(generateToken()), encodeToken(generateToken())]
    const found = await readTokensFromPicture(pictureOf(...tokens))
    expect([...found.tokens].sort()).toEqual(tokens.sort())
  })

  it('says how large the picture is and in how many ways it was looked at when there is no code', async () => {
    const failure = readTokensFromPicture(pgmOf(createRaster(192, 108)), { name: 'screenshot.png' })
    await expect(failure).rejects.toMatchObject({
      code: 'qr/no-code',
      message: expect.stringMatching(/^No QR code in screenshot\.png \(192 × 108 looked at in \d\d ways\)\.$/),
      hint: 'Make the whole code visible and larger, or pass the token itself: kairosctl register <token>',
    })
    const quick = readTokensFromPicture(pgmOf(createRaster(192, 108)), { effort: 'quick' })
    await expect(quick).rejects.toThrow('No QR code in the picture (192 × 108 looked at in 2 ways).')
  })

  it.each([
    ['https://example.com/secret', 'a URL (26 characters)'],
    ['WIFI:T:WPA;S:home;P:secret;;', 'the access to a Wi-Fi network (28 characters)'],
    ['otpauth://totp/a?secret=SECRET', 'a key for one-time passwords (30 characters)'],
    ['BEGIN:VCARD\nFN:secret\nEND:VCARD', 'a contact (31 characters)'],
    ['c2VjcmV0IHNlY3JldCBzZWNyZXQ=', 'base64 that is not a token (28 characters)'],
    ['some secret', 'text (11 characters)'],
    ['Schlüssel', 'data (9 characters)'],
  ])('says what kind of thing a code holds, but not what: %s', async (text, kind) => {
    const error = await readTokensFromPicture(pictureOf(text), { name: 'a.png' }).catch((error: unknown) => error)
    expect(error).toMatchObject({
      code: 'qr/no-token',
      message: `The QR code in a.png holds ${kind}, not a pairing token.`,
    })
    expect(JSON.stringify(error)).not.toContain('ecret')
  })

  it('counts the codes when several hold no token', async () => {
    await expect(readTokensFromPicture(pictureOf('one', 'https://two.example'))).rejects.toThrow(
      /^None of the 2 QR codes in the picture holds a pairing token, but /,
    )
  })

  it('asks the caller what a token is', async () => {
    const found = await readTokensFromPicture(pictureOf('mine', 'yours'), { isToken: (text) => text === 'mine' })
    expect(found).toEqual({ tokens: ['mine'], codes: 2 })
  })
})

describe('readTokenFromPicture', () => {
  it('gives the one token', async () => {
    expect(await readTokenFromPicture(pictureOf(token, token))).toEqual({ token, codes: 1 })
  })

  it('does not choose between two different tokens', async () => {
    const picture = pictureOf(encodeToken(generateToken()), token)
    await expect(readTokenFromPicture(picture, { name: 'a.png' })).rejects.toMatchObject({
      code: 'argument/invalid',
      message: 'There are 2 different tokens in a.png; one was expected.',
    })
  })
})
