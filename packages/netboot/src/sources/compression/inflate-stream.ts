import type { Gunzip, ZstdDecompress } from 'node:zlib'

/**
 * Passes bytes through one of Node's decompressors. One write is under way at a time, while the next chunk is being
 * fetched; the output waits for its reader.
 *
 * @param onLeftOver - told of each piece that follows the end of the compressed data
 * @throws what `chunks` and `onLeftOver` throw; errors of zlib as they are
 */
export async function* inflateStream(
  chunks: AsyncIterable<Uint8Array>,
  engine: Gunzip | ZstdDecompress,
  onLeftOver: (bytes: Uint8Array) => void,
): AsyncGenerator<Uint8Array> {
  let wake = () => {}
  engine.once('close', () => wake())
  const write = (chunk: Uint8Array) =>
    new Promise<void>((resolve) => {
      // A decompressor that failed or was left does not call back.
      wake = resolve
      engine.write(chunk, () => resolve())
    })

  let fed = 0
  let isOver = false
  const settle = (chunk: Uint8Array | undefined) => {
    if (!chunk || isOver) return
    fed += chunk.length
    const left = fed - engine.bytesWritten
    if (left === 0) return
    isOver = true
    onLeftOver(chunk.subarray(chunk.length - left))
  }
  const feed = async () => {
    let last: { chunk: Uint8Array; written: Promise<void> } | undefined
    for await (const chunk of chunks) {
      await last?.written
      settle(last?.chunk)
      last = undefined
      if (isOver) onLeftOver(chunk)
      else if (engine.destroyed) return
      else if (chunk.length > 0) last = { chunk, written: write(chunk) }
    }
    await last?.written
    settle(last?.chunk)
    if (!engine.destroyed) engine.end()
  }

  const feeding = feed()
  // What goes wrong with the input has to end the output.
  feeding.catch((error: Error) => engine.destroy(error))
  try {
    yield* engine as AsyncIterable<Uint8Array>
    // The output may end before what follows it was seen.
    await feeding
  } finally {
    engine.destroy()
    await feeding.catch(() => {})
  }
}
