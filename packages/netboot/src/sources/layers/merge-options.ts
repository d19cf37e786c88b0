import type { OperationOptions } from '@kairos-sdk/core'
import type { MergeProgress } from './merge-progress.js'

export interface MergeOptions extends OperationOptions<MergeProgress> {
  /** Whether names that begin with `.wh.` take away what lower layers have. Default true; false for other archives. */
  readonly whiteouts?: boolean | undefined
  /**
   * Whether the headers of all layers are read before anything is given: what makes `layers/needs-survey` else can then be
   * merged too. Takes the time to decompress the layers once more, and some 500 bytes of memory for each path. Default
   * false.
   */
  readonly survey?: boolean | undefined
}
