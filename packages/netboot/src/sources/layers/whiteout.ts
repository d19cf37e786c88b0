import { escapes, parentOf } from './layer-path.js'

const WHITEOUT = '.wh.'
const OPAQUE = '.wh..wh..opq'
/** Other names like these are notes that AUFS left for itself. */
const AUFS_NOTE = '.wh..wh.'

/** What a member says about lower layers by its name. */
export type Whiteout =
  /** Takes away one name. */
  | { readonly kind: 'name'; readonly directory: string; readonly name: string }
  /** Takes away all that is in the directory. */
  | { readonly kind: 'opaque'; readonly directory: string }
  /** Means nothing. */
  | { readonly kind: 'note'; readonly directory: string }

/**
 * What the name of a member takes away (OCI image specification, "Whiteouts"); `undefined` for an ordinary member.
 *
 * @throws KairosError `layers/escapes-root` for one of the directory itself or of its parent
 */
export function whiteoutOf(path: string, layer: string): Whiteout | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1)
  if (!name.startsWith(WHITEOUT)) return undefined
  const directory = parentOf(path)
  if (name === OPAQUE) return { kind: 'opaque', directory }
  if (name.startsWith(AUFS_NOTE)) return { kind: 'note', directory }
  const hidden = name.slice(WHITEOUT.length)
  if (hidden === '' || hidden === '.' || hidden === '..') throw escapes(path, layer)
  return { kind: 'name', directory, name: hidden }
}
