import { throwIfAborted, translateError } from '@kairos-sdk/core'
import { ByteWriter } from '../../../bytes/writer.js'
import type { FileSystemEntry } from '../../../file-system/entry.js'
import { encodeFragmentEntry, FRAGMENT_ENTRY_SIZE, type FragmentEntry } from '../structures/fragment-entry.js'
import { encodeMetadataHeader } from '../structures/metadata-header.js'
import { encodeSuperblock, Flag, SUPERBLOCK_SIZE } from '../structures/superblock.js'
import { BlockPipeline } from './block-pipeline.js'
import { nodeOf } from './entry-node.js'
import { FileWriter } from './file-writer.js'
import { IdTable } from './id-table.js'
import { TableSequence } from './image-tables.js'
import { writeInodes } from './inode-writer.js'
import { type Settings, type SquashfsOptions, type SquashfsProgress, settingsOf } from './options.js'
import type { SquashfsSink } from './sink.js'
import { Tree } from './tree.js'
import { isStorable, XattrSets } from './xattr-sets.js'
import { encodeXattrs } from './xattr-table.js'

const DOING = 'Cannot write the squashfs image'

/** Loop devices and disks have sectors of up to this size. */
const PADDING = 4096

/** Reports a step when this many more bytes of content were read. */
const REPORT_BYTES = 4 * 1024 * 1024

/** More are counted, not listed. */
const MAX_LISTED = 1000

export interface SquashfsSummary {
  /** Bytes of the image. */
  readonly size: number
  readonly inodes: number
  /** Bytes of all files, holes included. */
  readonly contentBytes: number
  /** Bytes that were not stored again because equal ones were there: of small files as they are, else as compressed. */
  readonly savedBytes: number
  /** Extended attributes that squashfs cannot hold (`system.posix_acl_access`): the first thousand. */
  readonly droppedXattrs: readonly { readonly path: string; readonly name: string }[]
  /** How many those are in all. */
  readonly droppedXattrCount: number
}

/**
 * Writes a squashfs 4.0 image of a stream of entries. Content is compressed and written while it is read, in memory are
 * only a few blocks and the metadata (some 500 bytes an entry). The same entries and options give the same image.
 *
 * The content of an entry is read to its end before the next entry is asked for. Order does not matter: parents may come
 * behind what they hold, or not at all (0755, root, the image's date), hard links in front of what they lead to.
 *
 * When something fails, what the sink got so far is not an image: writing beside the final name and renaming is its
 * owner's.
 *
 * @throws KairosError `argument/invalid`; `squashfs/invalid-entry` for two entries with one path, a path that leaves the
 *   root, a hard link that leads nowhere, content of another length than announced, values out of range;
 *   `squashfs/unsupported` for more than 65,535 different owners and groups; `output/no-space`, `output/not-writable`;
 *   `aborted`; and what the entries throw
 */
export async function writeSquashfs(
  entries: AsyncIterable<FileSystemEntry> | Iterable<FileSystemEntry>,
  sink: SquashfsSink,
  options: SquashfsOptions = {},
): Promise<SquashfsSummary> {
  const settings = settingsOf(options)
  throwIfAborted(options.signal, DOING)
  try {
    return await new ImageWriter(sink, settings, options).write(entries)
  } catch (error) {
    throw translateError(error, DOING, 'output/not-writable')
  }
}

class ImageWriter {
  readonly #sink: SquashfsSink
  readonly #settings: Settings
  readonly #options: SquashfsOptions
  readonly #pipeline: BlockPipeline
  readonly #files: FileWriter
  readonly #tree = new Tree()
  readonly #xattrs = new XattrSets()
  readonly #droppedXattrs: { path: string; name: string }[] = []
  #droppedXattrCount = 0
  #contentBytes = 0
  #reported = 0

  constructor(sink: SquashfsSink, settings: Settings, options: SquashfsOptions) {
    this.#sink = sink
    this.#settings = settings
    this.#options = options
    const { compressor, inFlight, blockSize, deduplicate, packTails } = settings
    const position = SUPERBLOCK_SIZE + storedOptions(compressor.options).length
    this.#pipeline = new BlockPipeline({ compressor, sink, position, inFlight })
    const onBytes = (bytes: number) => this.#count(bytes)
    this.#files = new FileWriter({ pipeline: this.#pipeline, blockSize, deduplicate, packTails, onBytes })
  }

  async write(entries: AsyncIterable<FileSystemEntry> | Iterable<FileSystemEntry>): Promise<SquashfsSummary> {
    try {
      for await (const entry of entries) await this.#add(entry)
      await this.#files.fragments.flush()
    } finally {
      // Also after an error: nothing may write to the sink when its owner has been told.
      await this.#pipeline.settled()
    }
    await this.#pipeline.finish()
    this.#tree.resolveHardLinks()
    this.#report('tables')
    return this.#writeTables()
  }

  async #add(entry: FileSystemEntry): Promise<void> {
    const { signal } = this.#options
    throwIfAborted(signal, DOING)
    const node = nodeOf(entry, {
      defaultMtime: this.#settings.time,
      xattrIndex: (path, xattrs) => this.#xattrs.add(path, this.#storable(path, xattrs)),
    })
    this.#tree.add(entry.path, node)
    if (entry.type === 'file' && node.kind === 'file') {
      await this.#files.write(entry.path, node, entry.source, { signal })
    }
  }

  #storable(path: string, xattrs: ReadonlyMap<string, Uint8Array>): ReadonlyMap<string, Uint8Array> {
    const dropped = [...xattrs.keys()].filter((name) => !isStorable(name))
    if (dropped.length === 0) return xattrs
    this.#droppedXattrCount += dropped.length
    for (const name of dropped) if (this.#droppedXattrs.length < MAX_LISTED) this.#droppedXattrs.push({ path, name })
    return new Map([...xattrs].filter(([name]) => isStorable(name)))
  }

  async #writeTables(): Promise<SquashfsSummary> {
    const { compressor, time, blockSize, exportable, deduplicate } = this.#settings
    const { signal } = this.#options
    const ids = new IdTable()
    const inodes = await writeInodes(this.#tree.root, { compressor, ids, defaultMtime: time, signal })
    const xattrs = encodeXattrs(this.#xattrs.sets, compressor)
    const hasXattrs = this.#xattrs.sets.length > 0
    const fragments = this.#files.fragments.entries
    const flags =
      compressor.flags |
      (compressor.options ? Flag.compressorOptions : 0) |
      (exportable ? Flag.exportable : 0) |
      (deduplicate ? Flag.duplicatesRemoved : 0) |
      (hasXattrs ? 0 : Flag.noXattrs)

    // In this order, which the kernel checks.
    const tables = new TableSequence(this.#sink, compressor, this.#pipeline.position)
    const inodeTable = await tables.writeMetadata(inodes.inodes)
    const directoryTable = await tables.writeMetadata(inodes.directories)
    const fragmentTable = await tables.writeLookup(encodeFragments(fragments))
    const exportTable = exportable ? await tables.writeLookup(encodeReferences(inodes.references)) : undefined
    const idTable = await tables.writeLookup(ids.encode())
    const xattrTable = hasXattrs ? await tables.writeXattrs(xattrs, this.#xattrs.sets.length) : undefined

    const bytesUsed = tables.position
    const size = Math.ceil(bytesUsed / PADDING) * PADDING
    await this.#sink.truncate(bytesUsed)
    await this.#sink.write(new Uint8Array(size - bytesUsed), bytesUsed)
    const inodeCount = inodes.references.length
    const superblock = encodeSuperblock({
      inodeCount,
      modifiedAt: time,
      blockSize,
      fragmentCount: fragments.length,
      compression: compressor.id,
      flags,
      idCount: ids.size,
      rootInode: inodes.root,
      bytesUsed,
      idTable,
      xattrTable,
      inodeTable,
      directoryTable,
      fragmentTable,
      exportTable,
    })
    await this.#sink.write(Buffer.concat([superblock, storedOptions(compressor.options)]), 0)
    return {
      size,
      inodes: inodeCount,
      contentBytes: this.#contentBytes,
      savedBytes: this.#files.saved,
      droppedXattrs: this.#droppedXattrs,
      droppedXattrCount: this.#droppedXattrCount,
    }
  }

  #count(bytes: number): void {
    throwIfAborted(this.#options.signal, DOING)
    this.#contentBytes += bytes
    if (this.#contentBytes - this.#reported >= REPORT_BYTES) this.#report('content')
  }

  #report(phase: SquashfsProgress['phase']): void {
    this.#reported = this.#contentBytes
    const message = phase === 'content' ? 'Compressing files' : 'Writing inodes and directories'
    this.#options.onProgress?.({ phase, message, done: this.#contentBytes, unit: 'bytes' })
  }
}

/** The compressor's options as a metadata block; never compressed, as no other writer does. */
function storedOptions(options: Uint8Array | undefined): Uint8Array {
  if (!options) return new Uint8Array(0)
  return Buffer.concat([encodeMetadataHeader({ size: options.length, compressed: false }), options])
}

function encodeFragments(fragments: readonly FragmentEntry[]): Uint8Array {
  const writer = new ByteWriter(fragments.length * FRAGMENT_ENTRY_SIZE, 'fragment table')
  for (const fragment of fragments) writer.bytes(encodeFragmentEntry(fragment), 'fragment')
  return writer.written
}

/** Inode references in the order of the inode numbers, 8 bytes each. */
function encodeReferences(references: readonly number[]): Uint8Array {
  const writer = new ByteWriter(references.length * 8, 'export table')
  for (const reference of references) writer.uint64le(reference, 'inode reference')
  return writer.written
}
