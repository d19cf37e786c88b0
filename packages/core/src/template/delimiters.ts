/** What opens and closes an action of a template. */
export interface Delimiters {
  readonly left: string
  readonly right: string
}

/** Go's own delimiters. */
export const GO_DELIMITERS: Delimiters = { left: '{{', right: '}}' }

/** The two spellings of AuroraBoot's cloud configs: the manual's `[[ ]]` and the current `[[[ ]]]`. */
export const CLOUD_CONFIG_DELIMITERS: readonly Delimiters[] = [
  { left: '[[[', right: ']]]' },
  { left: '[[', right: ']]' },
]
