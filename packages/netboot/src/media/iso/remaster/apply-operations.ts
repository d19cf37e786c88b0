import { KairosError } from '@kairos-sdk/core'
import { SECTOR_SIZE } from '../structures/sector.js'
import type { EditableDirectory } from './editable-directory.js'
import { type FileContent, fileContent } from './file-content.js'
import type { PutOperation } from './operations.js'
import type { ContentStart, FoundEntry, TreeEditor } from './tree-editor.js'

/**
 * Applies changes to all trees of an image at once. The first tree is the one whose names are meant; the entry that it
 * has helps to find the same one in the others.
 */
export class TreeChanges {
  readonly #editors: readonly TreeEditor[]
  readonly #defaultDate: Date
  /** New contents, by the path that shows them. */
  readonly contents = new Map<string, FileContent>()

  constructor(editors: readonly TreeEditor[], defaultDate: Date) {
    this.#editors = editors
    this.#defaultDate = defaultDate
  }

  /** @throws KairosError `iso/not-found` */
  async remove(path: readonly string[]): Promise<void> {
    const references = await this.#references(path)
    const [first] = this.#editors
    for (const editor of this.#editors) {
      const way = await walk(editor, path, references)
      if (!way?.found) {
        if (editor !== first) continue
        const name = editor.image.source.name
        throw new KairosError('iso/not-found', `${name}: /${path.join('/')} expected, no such entry found.`, {
          hint: 'List the image to see what is in it.',
        })
      }
      await editor.remove(way.directory, way.found)
    }
    this.contents.delete(path.join('/'))
  }

  /**
   * Puts an entry in, with the directories above it.
   *
   * @param content - placed already, for a boot image that keeps its place
   * @throws KairosError `iso/unsupported`
   */
  async put({ path, entry }: PutOperation, placed?: FileContent): Promise<void> {
    const content = placed ?? (entry.type === 'file' ? fileContent(entry.content) : undefined)
    if (content) this.contents.set(path.join('/'), content)
    else this.contents.delete(path.join('/'))
    const references = await this.#references(path)
    const linksPossible = this.#editors.some(({ tree }) => tree.kind === 'rock-ridge')
    if (entry.type === 'symlink' && !linksPossible) {
      throw new KairosError('iso/unsupported', `/${path.join('/')}: an image with Rock Ridge expected for a link.`)
    }
    for (const editor of this.#editors) {
      const directory = await this.#makeDirectories(editor, path, references)
      const name = path.at(-1) ?? ''
      const found = editor.find(directory, name, entry.type === 'directory', references.at(-1))
      if (entry.type === 'directory' && found?.isDirectory) continue
      if (found?.isDirectory || (found && entry.type === 'directory')) {
        const [expected, is] = found.isDirectory ? ['a file', 'directory'] : ['a directory', 'file']
        throw new KairosError('iso/unsupported', `/${path.join('/')}: ${expected} expected, a ${is} found.`, {
          hint: 'Remove it first.',
        })
      }
      if (found) await editor.remove(directory, found)
      if (entry.type === 'symlink' && editor.tree.kind !== 'rock-ridge') continue
      await editor.add(directory, name, entry, content, this.#defaultDate)
    }
  }

  async #makeDirectories(
    editor: TreeEditor,
    path: readonly string[],
    references: readonly (ContentStart | undefined)[],
  ): Promise<EditableDirectory> {
    let directory = await editor.root()
    for (const [depth, name] of path.slice(0, -1).entries()) {
      const found = editor.find(directory, name, true, references[depth])
      if (found && !found.isDirectory) {
        const above = path.slice(0, depth + 1).join('/')
        throw new KairosError('iso/unsupported', `/${above}: a directory expected, a file found.`, {
          hint: 'Remove it first.',
        })
      }
      directory = found
        ? await editor.descend(directory, found)
        : ((await editor.add(directory, name, { type: 'directory' }, undefined, this.#defaultDate)) ?? directory)
    }
    return directory
  }

  /** Where the content of a file lies in the base; `undefined` when there is no such file, or it is new. */
  async contentStart(path: readonly string[]): Promise<ContentStart | undefined> {
    return (await this.#references(path)).at(-1)
  }

  /** Where the contents of the entries along a path lie, as the first tree has them. */
  async #references(path: readonly string[]): Promise<(ContentStart | undefined)[]> {
    const [first] = this.#editors
    if (!first) return []
    const references: (ContentStart | undefined)[] = []
    let directory: EditableDirectory | undefined = await first.root()
    for (const name of path) {
      const found: FoundEntry | undefined = directory && first.find(directory, name, true)
      references.push(found && contentStart(first, found))
      directory = directory && found?.isDirectory ? await first.descend(directory, found) : undefined
    }
    return references
  }
}

async function walk(
  editor: TreeEditor,
  path: readonly string[],
  references: readonly (ContentStart | undefined)[],
): Promise<{ directory: EditableDirectory; found: FoundEntry | undefined } | undefined> {
  let directory = await editor.root()
  for (const [depth, name] of path.entries()) {
    const last = depth === path.length - 1
    const found =
      editor.find(directory, name, !last, references[depth]) ??
      (last ? editor.find(directory, name, true, references[depth]) : undefined)
    if (last) return { directory, found }
    if (!found?.isDirectory) return undefined
    directory = await editor.descend(directory, found)
  }
  return undefined
}

function contentStart({ tree }: TreeEditor, { records, isDirectory }: FoundEntry): ContentStart | undefined {
  const located = records[0]?.located
  if (!located || isDirectory) return undefined
  const { extent, extendedAttributeLength, dataLength } = located.record
  return { offset: (tree.blockOffset + extent + extendedAttributeLength) * SECTOR_SIZE, length: dataLength }
}
