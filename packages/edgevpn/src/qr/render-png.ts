import { KairosError } from '@kairos-sdk/core'
import { encodeModules } from './encode-modules.js'

export interface RenderQrPngOptions {
  /** Pixels along a side of a module, 1 to 64. Default 8. */
  readonly scale?: number
  /** Light modules around the code, 0 to 16. Default 4, as the standard asks for. */
  readonly quietZone?: number
}

const MAX_SCALE = 64
const PNG_GREYSCALE = 0

/**
 * Draws a QR code with error correction level L as a PNG file, black on white.
 *
 * @throws KairosError `argument/invalid` for a text that no QR code can hold (2,953 bytes), a scale or quiet zone out of
 *   range
 */
export async function renderQrPng(text: string, options: RenderQrPngOptions = {}): Promise<Uint8Array> {
  const { scale = 8, quietZone = 4 } = options
  if (!Number.isInteger(scale) || scale < 1 || scale > MAX_SCALE) {
    throw new KairosError('argument/invalid', `The scale must be 1 to ${MAX_SCALE} pixels, not ${scale}.`)
  }
  const { side, isDark } = encodeModules(text, quietZone)
  const { Jimp } = await import('jimp')
  const picture = new Jimp({ width: side * scale, height: side * scale, color: 0xffffffff })
  const pixels = new Uint32Array(picture.bitmap.data.buffer, picture.bitmap.data.byteOffset, (side * scale) ** 2)
  const black = new Uint32Array(new Uint8Array([0, 0, 0, 255]).buffer)[0] as number
  for (let y = 0; y < side * scale; y++) {
    for (let x = 0; x < side; x++) {
      if (!isDark(x, Math.floor(y / scale))) continue
      const from = y * side * scale + x * scale
      pixels.fill(black, from, from + scale)
    }
  }
  return picture.getBuffer('image/png', { colorType: PNG_GREYSCALE })
}
