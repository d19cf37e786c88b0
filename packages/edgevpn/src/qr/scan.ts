import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { ReaderOptions, readBarcodes } from 'zxing-wasm/reader'
import { reduce } from './filters/resize.js'
import type { Raster } from './raster.js'

/** How grey becomes black and white; the names are those of zxing. */
export type Binarizer = 'LocalAverage' | 'GlobalHistogram' | 'FixedThreshold'

export interface ScanOptions {
  /** Default `LocalAverage`: each pixel is compared with its neighbourhood. */
  readonly binarizer?: Binarizer
  /** Look a second time after a morphological closing. Default false. */
  readonly tryDenoise?: boolean
}

type Read = typeof readBarcodes

let loading: Promise<Read> | undefined

/**
 * Reads all QR codes that zxing-cpp (compiled to WebAssembly) finds: any angle, inverted or not, mirrored or not.
 *
 * @returns the texts, in no order, the same text once for each code
 */
export async function scanWithZxing(picture: Raster, options: ScanOptions = {}): Promise<string[]> {
  loading ??= loadZxing()
  const read = await loading
  // Not Micro QR and rMQR, which the plain name includes: with so little to check, noise passes for them.
  const settings: ReaderOptions = { formats: ['QRCodeModel2'], textMode: 'Plain', ...options }
  try {
    const results = await read(encodePgm(picture), settings)
    return results.filter(({ isValid, text }) => isValid && text !== '').map(({ text }) => text)
  } catch (error) {
    // After an abort (out of memory, say) the instance cannot be used again.
    loading = undefined
    const { purgeZXingModule } = await import('zxing-wasm/reader')
    purgeZXingModule()
    throw error
  }
}

/** The module is read from the package and passed in, as the loader inside would fetch it from the network. */
async function loadZxing(): Promise<Read> {
  const { prepareZXingModule, readBarcodes } = await import('zxing-wasm/reader')
  const file = await readFile(createRequire(import.meta.url).resolve('zxing-wasm/reader/zxing_reader.wasm'))
  const wasmBinary = file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength)
  await prepareZXingModule({ overrides: { wasmBinary }, fireImmediately: true })
  return readBarcodes
}

/** A PGM file in memory: zxing takes it as it is, one byte for each pixel, where a picture object costs four. */
function encodePgm({ width, height, grey }: Raster): Uint8Array {
  const header = Buffer.from(`P5\n${width} ${height}\n255\n`)
  const file = new Uint8Array(header.length + grey.length)
  file.set(header)
  file.set(grey, header.length)
  return file
}

/** jsQR needs a second for 4K and some hundred bytes for each pixel. */
const JSQR_MAX_PIXELS = 4_000_000

/** Reads the one QR code that jsQR finds. It looks for codes in another way than zxing, and is many times slower. */
export async function scanWithJsqr(picture: Raster): Promise<string[]> {
  const module = await import('jsqr')
  // CommonJS with a default export: Node makes it the default of the default, a bundler the default.
  const jsqr = module.default as unknown as typeof module.default.default
  let small = picture
  for (let factor = 2; small.grey.length > JSQR_MAX_PIXELS; factor++) small = reduce(picture, factor) ?? small
  const data = new Uint8ClampedArray(4 * small.grey.length)
  for (let at = 0, to = 0; at < small.grey.length; at++) {
    const shade = small.grey[at] as number
    data[to++] = shade
    data[to++] = shade
    data[to++] = shade
    data[to++] = 255
  }
  const result = jsqr(data, small.width, small.height, { inversionAttempts: 'attemptBoth' })
  return result && result.data !== '' ? [result.data] : []
}
