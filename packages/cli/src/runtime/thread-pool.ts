import { availableParallelism } from 'node:os'

/** What Node has without being told. */
const DEFAULT_THREADS = 4

/** Besides the processors: threads that wait for a disk keep none busy. */
const WAITING_THREADS = 2

/**
 * Lets Node's thread pool, which compresses, decompresses and reads files, use all processors. Its size is looked up in the
 * environment when it is used first, so this comes before all else. Who has set `UV_THREADPOOL_SIZE` knows better.
 */
export function sizeThreadPool(
  env: NodeJS.ProcessEnv = process.env,
  processors: number = availableParallelism(),
): void {
  env.UV_THREADPOOL_SIZE ??= String(Math.max(DEFAULT_THREADS, processors + WAITING_THREADS))
}
