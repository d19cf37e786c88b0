/** The syntax tree. Offsets are into the source, for messages. */
interface Positioned {
  readonly offset: number
}

export interface TextNode {
  readonly type: 'text'
  readonly text: string
}

export interface ActionNode extends Positioned {
  readonly type: 'action'
  readonly pipeline: Pipeline
}

export interface BranchNode extends Positioned {
  readonly type: 'if' | 'with' | 'range'
  readonly pipeline: Pipeline
  readonly body: readonly Node[]
  readonly otherwise: readonly Node[] | undefined
}

export interface TemplateNode extends Positioned {
  readonly type: 'template'
  readonly name: string
  readonly pipeline: Pipeline | undefined
}

export interface JumpNode extends Positioned {
  readonly type: 'break' | 'continue'
}

export type Node = TextNode | ActionNode | BranchNode | TemplateNode | JumpNode

export interface Pipeline extends Positioned {
  /** Variables that take the value: `$x :=`, `$i, $v :=`. */
  readonly variables: readonly string[]
  /** `=` to a variable that exists, instead of `:=`. */
  readonly assigns: boolean
  readonly commands: readonly Command[]
}

export interface Command extends Positioned {
  readonly operands: readonly Operand[]
}

export type Operand = Positioned &
  (
    | { readonly kind: 'dot' }
    | { readonly kind: 'nil' }
    | { readonly kind: 'constant'; readonly value: boolean | string | bigint | number }
    | { readonly kind: 'function'; readonly name: string }
    | { readonly kind: 'field'; readonly path: readonly string[] }
    | { readonly kind: 'variable'; readonly name: string; readonly path: readonly string[] }
    | { readonly kind: 'pipeline'; readonly pipeline: Pipeline; readonly path: readonly string[] }
  )

/** A parsed template: its own body and those that `define` and `block` made. */
export interface Tree {
  readonly body: readonly Node[]
  readonly definitions: ReadonlyMap<string, readonly Node[]>
}
