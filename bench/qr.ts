import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { decodeQrCodes } from '@kairos-sdk/edgevpn/qr'
import { Jimp } from 'jimp'
import jsqr from 'jsqr'
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader'
import { type BenchResult, median } from './result.ts'

const FOLDERS = ['../../shared/qr-samples/', '../packages/edgevpn/src/qr/fixtures/']
const RUNS = 5
const ALLOWED_4K_MS = 500

/**
 * jsQR alone, zxing alone and `decodeQrCodes` on pictures of real terminals. All times are of whole files, decoding of
 * the picture included, after everything was loaded once.
 */
export async function bench(): Promise<BenchResult> {
  const wasm = readFileSync(createRequire(import.meta.url).resolve('zxing-wasm/reader/zxing_reader.wasm'))
  const wasmBinary = wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength)
  await prepareZXingModule({ overrides: { wasmBinary }, fireImmediately: true })
  const rows: (string | number)[][] = []
  for (const [name, path] of samples()) {
    const file = readFileSync(path)
    const plain = name.endsWith('.gz') ? gunzipSync(file) : file
    const { width, height } = await pixelsOf(plain)
    const is4k = width * height >= 3840 * 2160
    const columns = [
      await measure(async () => readWithJsqr(plain)),
      await measure(async () => readWithZxing(plain)),
      await measure(() => decodeQrCodes(file)),
    ]
    rows.push([name, `${width} × ${height}`, ...columns.flat(), is4k ? String(ALLOWED_4K_MS) : ''])
  }
  return {
    title: 'QR codes in pictures of terminals: read or not, and milliseconds',
    columns: ['picture', 'size', 'jsQR', 'ms', 'zxing', 'ms', 'decodeQrCodes', 'ms', 'target'],
    rows,
  }
}

async function readWithJsqr(file: Buffer): Promise<boolean> {
  const { data, width, height } = await pixelsOf(file)
  // CommonJS: Node makes its default export a property of the default.
  const read = jsqr as unknown as typeof jsqr.default
  return read(data, width, height) !== null
}

async function readWithZxing(file: Buffer): Promise<boolean> {
  return (await readBarcodes(file, { formats: ['QRCodeModel2'] })).length > 0
}

/** Jimp does not know PPM files; those of a hypervisor have a header of three words and no comment. */
async function pixelsOf(file: Buffer): Promise<{ data: Uint8ClampedArray; width: number; height: number }> {
  const header = /^P6\s+(\d+)\s+(\d+)\s+255\s/.exec(file.toString('latin1', 0, 64))
  if (!header) {
    const { bitmap } = await Jimp.fromBuffer(file)
    return { data: new Uint8ClampedArray(bitmap.data), width: bitmap.width, height: bitmap.height }
  }
  const [width, height] = [Number(header[1]), Number(header[2])]
  const data = new Uint8ClampedArray(4 * width * height).fill(255)
  for (let from = header[0].length, to = 0; to < data.length; from += 3, to += 4) {
    data.set(file.subarray(from, from + 3), to)
  }
  return { data, width, height }
}

/** Each sample once, though it be in both folders. */
function samples(): [string, string][] {
  const paths = new Map<string, string>()
  for (const folder of FOLDERS) {
    const directory = fileURLToPath(new URL(folder, import.meta.url))
    if (!existsSync(directory)) continue
    for (const name of readdirSync(directory)) {
      if (/\.(png|jpg|gz)$/.test(name) && !paths.has(name)) paths.set(name, `${directory}${name}`)
    }
  }
  return [...paths].sort()
}

async function measure(read: () => Promise<boolean | readonly string[]>): Promise<[string, number]> {
  const isFound = async () => {
    const found = await read()
    return typeof found === 'boolean' ? found : found.length > 0
  }
  const found = await isFound()
  const times: number[] = []
  for (let run = 0; run < RUNS; run++) {
    const startedAt = performance.now()
    await isFound()
    times.push(performance.now() - startedAt)
  }
  return [found ? 'yes' : 'no', Math.round(median(times))]
}
