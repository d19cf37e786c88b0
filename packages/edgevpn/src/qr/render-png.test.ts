import { describe, expect, it } from 'vitest'
import { decodeQrCodes } from './decode-qr-codes.js'
import { readPicture } from './read-picture.js'
import { renderQrPng } from './render-png.js'

describe('renderQrPng', () => {
  it('draws a code that is read back, at the smallest and at a large scale', async () => {
    for (const scale of [1, 2, 8, 20])
      expect(await decodeQrCodes(await renderQrPng('kairos', { scale }))).toEqual(['kairos'])
  })

  it('draws black modules of the scale on white, with the quiet zone of the standard', async () => {
    const [picture] = await readPicture(await renderQrPng('kairos', { scale: 3 }))
    expect(picture.width).toBe((21 + 8) * 3)
    expect(picture.height).toBe(picture.width)
    expect(new Set(picture.grey)).toEqual(new Set([0, 255]))
    const corner = 4 * 3 * picture.width + 4 * 3
    expect([picture.grey[corner - 1], picture.grey[corner]]).toEqual([255, 0])
  })

  it('keeps the file of a token small', async () => {
    expect((await renderQrPng('a'.repeat(700))).length).toBeLessThan(20_000)
  })

  it.each([0, 65, 2.5])('refuses a scale of %s', async (scale) => {
    await expect(renderQrPng('kairos', { scale })).rejects.toThrow(`The scale must be 1 to 64 pixels, not ${scale}.`)
  })
})
