import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { ColourPicture } from './grey.js'

let loading: Promise<(buffer: ArrayBuffer) => Promise<ColourPicture>> | undefined

/** Decodes a still WebP picture (RFC 9649) with libwebp compiled to WebAssembly, as jimp cannot read this format. */
export async function decodeWebp(bytes: Uint8Array): Promise<ColourPicture> {
  loading ??= loadDecoder()
  const decode = await loading
  return decode(new Uint8Array(bytes).buffer)
}

/** What is needed of WebAssembly, whose types come with those of browsers only. */
const { WebAssembly } = globalThis as unknown as {
  readonly WebAssembly: { readonly compile: (bytes: Uint8Array) => Promise<object> }
}

/** The module is read from the package and passed in: the loader inside would fetch it, which Node cannot do for files. */
async function loadDecoder() {
  const require = createRequire(import.meta.url)
  const { default: decode, init } = await import('@jsquash/webp/decode.js')
  const bytes = await readFile(require.resolve('@jsquash/webp/codec/dec/webp_dec.wasm'))
  // Its types leave out the parameter that its documentation gives for exactly this.
  await (init as (module: object) => Promise<void>)(await WebAssembly.compile(bytes))
  return decode
}
