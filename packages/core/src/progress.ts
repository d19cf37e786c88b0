/**
 * One step of a long operation. `phase` is a word of the operation's own, closed set; a program switches over it and a
 * person reads `message`. No event ever holds a secret.
 */
export interface ProgressEvent<Phase extends string = string> {
  readonly phase: Phase
  /** A sentence for people, without a full stop. */
  readonly message: string
  /** How much is done, in `unit`s. */
  readonly done?: number
  /** How much there is in all, where it is known. */
  readonly total?: number
  readonly unit?: 'bytes' | 'files' | 'blocks'
  /** What the event is about, where one operation has several: a machine, a file. */
  readonly subject?: string
}

export interface OperationOptions<Event extends ProgressEvent = ProgressEvent> {
  /** Stops the operation; it then throws `aborted` and leaves nothing behind. */
  readonly signal?: AbortSignal | undefined
  /** Told of each step. An error that it throws stops the operation. */
  readonly onProgress?: ((event: Event) => void) | undefined
}
