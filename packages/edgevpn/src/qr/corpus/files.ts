import type { Raster } from '../raster.js'

/** A PGM file of the picture. */
export function pgmOf({ width, height, grey }: Raster): Uint8Array {
  return Buffer.concat([Buffer.from(`P5\n${width} ${height}\n255\n`), grey])
}

/** The picture as a file of a format that jimp writes. */
export async function fileOf(
  picture: Raster,
  type: 'image/png' | 'image/jpeg' | 'image/gif' | 'image/bmp' | 'image/tiff',
  quality = 90,
): Promise<Uint8Array> {
  const { Jimp } = await import('jimp')
  const image = new Jimp({ width: picture.width, height: picture.height })
  const { data } = image.bitmap
  for (let at = 0, to = 0; at < picture.grey.length; at++, to += 4) {
    data.fill(picture.grey[at] as number, to, to + 3)
    data[to + 3] = 255
  }
  return type === 'image/jpeg' ? image.getBuffer(type, { quality }) : image.getBuffer(type)
}
