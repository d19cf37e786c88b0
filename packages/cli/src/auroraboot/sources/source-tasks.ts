import type { KairosError, ProgressEvent } from '@kairos-sdk/core'
import type { Reporter, Task, TaskOptions } from '../../runtime/reporter/reporter.js'
import { wholePercents } from '../../runtime/whole-percents.js'

export interface SourceTasks {
  readonly onProgress: (event: ProgressEvent) => void
  /** All is done. @param data - as of a task */
  succeed(message: string, data?: object): void
  /** It failed, which programs are told; for people the command's error says it all. */
  fail(error: KairosError): void
  /** It ends without a word, because the command's error says it all. */
  drop(): void
}

/**
 * Shows what goes on while a source is read and something is made of it. Layers are downloaded while others are merged
 * and compressed, so downloads have a line of their own.
 */
export function sourceTasks(reporter: Reporter, options: TaskOptions): SourceTasks {
  const main = reporter.task(options)
  const tellMain = wholePercents(main.progress)
  let download: { readonly task: Task; readonly tell: (event: ProgressEvent) => void } | undefined
  let readsLayers = false
  const end = () => {
    download?.task.drop()
    download = undefined
  }
  return {
    onProgress(event) {
      if (event.phase === 'offline') {
        reporter.warn(`${event.message}.`)
        return
      }
      if (event.phase === 'download') {
        // Each layer alone is too much to follow.
        if (event.subject !== undefined) return
        if (!download) {
          const task = reporter.task({ ...options, message: event.message })
          download = { task, tell: wholePercents(task.progress) }
        }
        if (event.done === event.total) end()
        else download.tell(event)
        return
      }
      readsLayers ||= event.phase === 'layers'
      // Both count the same bytes; one line that changes back and forth says less than either.
      if (event.phase === 'content' && readsLayers) return
      tellMain(withoutAmount(event))
    },
    succeed(text, data) {
      end()
      main.succeed(text, data)
    },
    fail(error) {
      end()
      if (reporter.json) main.fail(error)
      else main.drop()
    },
    drop() {
      end()
      main.drop()
    },
  }
}

/** Bytes of something whose size is not known are news every few milliseconds. */
function withoutAmount(event: ProgressEvent): ProgressEvent {
  if (event.total !== undefined) return event
  const { done: _, subject: __, ...rest } = event
  return rest
}
