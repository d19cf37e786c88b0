import { KairosError, type OperationOptions, type ProgressEvent, throwIfAborted } from '@kairos-sdk/core'
import type { ReadOptions } from '../../bytes/byte-source.js'
import type { FileSystemEntry } from '../../file-system/entry.js'
import type { ImageLayer } from '../container-image.js'
import { readTar } from '../tar/read-tar.js'
import { entryOfMember, isInode } from './entry-of-member.js'
import { LayerReader } from './layer-reader.js'
import { LinkRequests } from './link-requests.js'
import { MAX_LAYERS, SeenPaths } from './seen-paths.js'

/** Reports a step when this many more bytes were read. */
const REPORT_BYTES = 4 * 1024 * 1024

/** `done` counts bytes of tar archives, decompressed, over all layers. */
export type MergeProgress = ProgressEvent<'layers'>

export interface MergeOptions extends OperationOptions<MergeProgress> {
  /** Whether names that begin with `.wh.` take away what lower layers have. Default true; false for other archives. */
  readonly whiteouts?: boolean | undefined
}

/**
 * Merges the layers of an image to its root file system, as unpacking one after the other would (OCI image
 * specification, "Image Layer Filesystem Changeset"). One pass, the highest layer first: each layer is opened once and
 * streamed, what higher layers hide is skipped. In memory are only the paths (about 100 bytes each), and of the layer
 * that is being read what is neither file nor hidden.
 *
 * Entries come in no order; parents may come late or not at all. The content of a file is read before the next entry is
 * asked for.
 *
 * - A hard link to a file of a lower layer leads to that file also when a higher layer replaced or removed it.
 * - A hard link whose target in the same layer is hidden by a higher layer makes that layer be read a second time, for
 *   the content. Nothing else does.
 * - Links have the attributes of what they lead to, whatever their own headers say (as for umoci and GNU tar).
 * - A path that leads through a symbolic link of the same layer is followed inside the root, as unpacking would.
 * - A directory's entry replaces a symbolic link of a lower layer (as for umoci and containerd).
 *
 * Refused, for a stream cannot give back what it gave: a second member of a file's path within one layer, and entries
 * below a path that has no entry of its own and is a symbolic link in a lower layer (unpacking would follow it).
 *
 * @param layers - the lowest first
 * @throws KairosError while reading: `layers/escapes-root` for paths and hard links that lead out of the root,
 *   `layers/damaged` for hard links that lead nowhere and entries below what is no directory, `layers/unsupported` for
 *   what is refused, `tar/*`, `aborted`, and what the layers throw
 */
export async function* mergeLayers(
  layers: readonly ImageLayer[],
  options: MergeOptions = {},
): AsyncGenerator<FileSystemEntry> {
  if (layers.length > MAX_LAYERS) {
    const found = `At most ${MAX_LAYERS} layers expected, ${layers.length} found.`
    throw new KairosError('layers/unsupported', found)
  }
  const seen = new SeenPaths()
  const requests = new LinkRequests()
  const progress = new Progress(layers.length, options)
  for (let index = layers.length - 1; index >= 0; index--) {
    const layer = layers[index] as ImageLayer
    const reader = new LayerReader({
      name: layer.name,
      layer: index,
      seen,
      requests,
      whiteouts: options.whiteouts ?? true,
    })
    for await (const member of membersOf(layer, index, progress, options)) {
      const entry = reader.add(member)
      if (entry) yield entry
    }
    yield* reader.end()
    if (reader.hiddenNames.size > 0) yield* hiddenContent(layer, index, reader.hiddenNames, progress, options)
  }
  for (const target of requests.targets) {
    throw new KairosError('layers/damaged', `A hard link to /${target} expects it in a lower layer, none has it.`)
  }
}

function membersOf(layer: ImageLayer, index: number, progress: Progress, { signal }: ReadOptions) {
  const bytes = progress.count(layer.open({ signal }), layer.name, index)
  return readTar(bytes, { name: layer.name, signal })
}

/** Reads a layer again for members that are hidden, and that hard links have other names for. */
async function* hiddenContent(
  layer: ImageLayer,
  index: number,
  wanted: ReadonlyMap<number, readonly string[]>,
  progress: Progress,
  options: ReadOptions,
): AsyncGenerator<FileSystemEntry> {
  let number = 0
  let left = wanted.size
  for await (const member of membersOf(layer, index, progress, options)) {
    const [first, ...others] = wanted.get(number++) ?? []
    if (first === undefined || !isInode(member)) continue
    yield entryOfMember(member, `/${first}`)
    for (const other of others) yield { type: 'hardlink', path: `/${other}`, target: `/${first}` }
    if (--left === 0) return
  }
}

class Progress {
  readonly #layers: number
  readonly #options: OperationOptions<MergeProgress>
  #done = 0
  #reported = -REPORT_BYTES

  constructor(layers: number, options: OperationOptions<MergeProgress>) {
    this.#layers = layers
    this.#options = options
  }

  async *count(bytes: AsyncIterable<Uint8Array>, subject: string, index: number): AsyncGenerator<Uint8Array> {
    const message = `Reading layer ${index + 1} of ${this.#layers}`
    for await (const chunk of bytes) {
      throwIfAborted(this.#options.signal, `Cannot read ${subject}`)
      this.#done += chunk.length
      if (this.#done - this.#reported >= REPORT_BYTES) {
        this.#reported = this.#done
        this.#options.onProgress?.({ phase: 'layers', message, done: this.#done, unit: 'bytes', subject })
      }
      yield chunk
    }
  }
}
