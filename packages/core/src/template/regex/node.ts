/** Whether a character matches. */
export type CharacterTest = (char: string) => boolean

/** Conditions on a place in the text. */
export type Assertion = 'text-start' | 'text-end' | 'line-start' | 'line-end' | 'word-boundary' | 'no-word-boundary'

export type RegexNode =
  | { readonly type: 'character'; readonly test: CharacterTest }
  | { readonly type: 'assertion'; readonly assertion: Assertion }
  | { readonly type: 'sequence'; readonly nodes: readonly RegexNode[] }
  | { readonly type: 'choice'; readonly nodes: readonly RegexNode[] }
  | { readonly type: 'group'; readonly node: RegexNode; readonly index: number }
  | {
      readonly type: 'repeat'
      readonly node: RegexNode
      readonly least: number
      /** Infinity where there is no bound. */
      readonly most: number
      readonly isLazy: boolean
    }
