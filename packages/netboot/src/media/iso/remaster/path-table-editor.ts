import type { Located } from '../read/descriptor-set.js'
import { blockRange, type ImageMetadata } from '../read/image-metadata.js'
import { decodePathTable, type PathTableRecord, pathTableRecordSize } from '../structures/path-table.js'
import type { VolumeDescriptor } from '../structures/primary-volume-descriptor.js'
import type { EditableDirectory } from './editable-directory.js'
import { isEntry } from './editable-record.js'
import type { TreeEditor } from './tree-editor.js'

/** A directory in the path table, which lists them by level, then by parent, then by identifier. */
interface Node {
  readonly identifier: Uint8Array
  readonly extendedAttributeLength: number
  readonly extent: number
  /** The directory, when it was loaded or is new: it may lie elsewhere in the end. */
  readonly directory: EditableDirectory | undefined
  readonly children: Node[]
}

/** More than the parents' numbers of 16 bits can count. */
const MAX_TABLE_BYTES = 65_536 * 264

/** The path table of a tree as it is to be. */
export interface PathTable {
  /** Bytes of the table. */
  readonly size: number
  /** False when only extents changed, so that the tables stay where they are. */
  readonly rearranged: boolean
  /** The records, once all directories are placed. */
  records(): PathTableRecord[]
}

/**
 * The path table of an edited tree.
 *
 * @throws KairosError `iso/damaged`
 */
export async function editPathTable(
  image: ImageMetadata,
  editor: TreeEditor,
  { descriptor }: Located<VolumeDescriptor>,
): Promise<PathTable> {
  const { offset } = blockRange(editor.tree.blockOffset + descriptor.pathTableL, 0)
  const length = Math.min(descriptor.pathTableSize, MAX_TABLE_BYTES)
  const bytes = await image.bytes({ offset, length }, 'path table')
  const records = decodePathTable(bytes, 'little', offset)
  const rearranged = editor.created.length > 0 || editor.removed.size > 0
  const nodes = inOrder(buildTree(records, editor))
  const size = nodes.reduce((sum, { identifier }) => sum + pathTableRecordSize(identifier.length), 0)
  return { size, rearranged, records: () => recordsOf(nodes) }
}

function buildTree(records: readonly PathTableRecord[], editor: TreeEditor): Node | undefined {
  const nodes: (Node | undefined)[] = []
  const byDirectory = new Map<EditableDirectory, Node>()
  for (const [index, record] of records.entries()) {
    const { identifier, extendedAttributeLength, extent } = record
    const directory = editor.loaded.get(extent + extendedAttributeLength)
    const gone = editor.removed.has(extent + extendedAttributeLength)
    const parent = index === 0 ? undefined : nodes[record.parent - 1]
    // What hangs below a directory that is gone is gone too, also where a damaged table has no parent for it.
    const node =
      gone || (index > 0 && !parent)
        ? undefined
        : { identifier, extendedAttributeLength, extent, directory, children: [] }
    nodes.push(node)
    if (node) parent?.children.push(node)
    if (node && directory) byDirectory.set(directory, node)
  }
  for (const directory of editor.created) {
    const parent = directory.parent && byDirectory.get(directory.parent)
    const record = directory.parent?.records.find((each) => isEntry(each) && each.directory === directory)
    if (!parent || !record) continue
    const node: Node = { identifier: record.identifier, extendedAttributeLength: 0, extent: 0, directory, children: [] }
    byDirectory.set(directory, node)
    const index = parent.children.findIndex((child) => Buffer.compare(child.identifier, node.identifier) > 0)
    parent.children.splice(index < 0 ? parent.children.length : index, 0, node)
  }
  return nodes[0]
}

/** Level by level, those of one parent together. */
function inOrder(root: Node | undefined): Node[] {
  const nodes = root ? [root] : []
  // The list grows while it is walked.
  for (const node of nodes) nodes.push(...node.children)
  return nodes
}

function recordsOf(nodes: readonly Node[]): PathTableRecord[] {
  const parents = new Map<Node, number>()
  nodes.forEach((node, index) => {
    for (const child of node.children) parents.set(child, index + 1)
  })
  return nodes.map((node) => {
    const { identifier, directory, extent, extendedAttributeLength } = node
    const parent = parents.get(node) ?? 1
    const placed = directory?.placed
    if (placed && placed.block !== directory?.base?.block) {
      return { identifier, extendedAttributeLength: 0, extent: placed.block, parent }
    }
    return { identifier, extendedAttributeLength, extent, parent }
  })
}
