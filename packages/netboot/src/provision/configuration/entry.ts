/** A value that was given to a key, by whom and where. */
export interface Entry {
  /** The canonical path of the key: `iso.overlay_iso`. */
  readonly path: string
  /** As it was written: `iso.data`. */
  readonly key: string
  readonly value: string | number | boolean
  /** Where, for messages. */
  readonly place: string
}
