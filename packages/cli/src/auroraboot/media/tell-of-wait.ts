import type { Reporter } from '../../runtime/reporter/reporter.js'

/** For `onWait` of what writes files: says why nothing happens. */
export function tellOfWait(reporter: Reporter, output: string): () => void {
  return () => reporter.note(`Another process makes ${output}: waiting for it.`)
}
