import type { ProgressEvent } from '@kairos-sdk/core'
import type { ProvisionEvent, StepEvent } from '@kairos-sdk/netboot/provision'
import type { Reporter } from '../../runtime/reporter/reporter.js'
import { timestamp } from '../netboot/log-time.js'
import { errorFields, eventFields } from '../netboot/machines-for-programs.js'
import { type SourceTasks, sourceTasks } from '../sources/source-tasks.js'

type IsoServerEvent = Extract<ProvisionEvent, { readonly of: 'iso-server' }>['event']

export interface EventReport extends Disposable {
  readonly report: (event: ProvisionEvent) => void
}

/** Asked again and again by who looks after the program; of no interest to anybody else. */
const PROBES: readonly string[] = ['healthz', 'readyz']

/**
 * Says what happens in a run: each step as a task of its own, and for programs every event. Disposed, it takes away what is
 * left of the steps.
 *
 * @param hasTable - whether the table of machines is shown, which leaves no room for the log of the servers
 */
export function reportEvents(reporter: Reporter, hasTable: () => boolean): EventReport {
  const steps = new Map<string, { readonly title: string; readonly task: SourceTasks }>()

  function reportStep(event: StepEvent): void {
    const { step } = event
    if (event.type === 'started') {
      const { title } = event
      steps.set(step, { title, task: sourceTasks(reporter, { message: title, data: { step } }) })
      return
    }
    const { title, task } = steps.get(step) ?? {}
    if (event.type === 'progress') task?.onProgress(reporter.json ? event.progress : forPeople(event.progress, title))
    else if (event.type === 'warning') reporter.warn(event.message)
    else {
      steps.delete(step)
      if (event.type === 'failed') task?.fail(event.error)
      else task?.succeed(event.reused ? `${event.title}: there already` : event.title, { reused: event.reused })
    }
  }

  function reportDownload(event: IsoServerEvent): void {
    if (event.type === 'request' || ('name' in event && PROBES.includes(event.name))) return
    if (event.type !== 'sent') {
      const { type, ...fields } = event
      reporter.event(`iso-${type}`, 'error' in fields ? { ...fields, error: errorFields(fields.error) } : fields)
      return
    }
    const { type: _, machine: __, ...fields } = event
    reporter.event('iso-sent', fields)
    const { address, port } = event.client
    // The log has it, where there is one. Parts of a file come by the thousand.
    if (hasTable() && event.method === 'GET' && event.status === 200 && event.name !== '/') {
      reporter.note(`${timestamp(new Date())} HTTP: Sent file "${event.name}" to ${address}:${port}`)
    }
  }

  return {
    report({ of, event }) {
      if (of === 'step') reportStep(event)
      else if (of === 'iso-server') reportDownload(event)
      else if (of === 'netboot') reporter.event(event.type, eventFields(event))
    },
    [Symbol.dispose]() {
      for (const { task } of steps.values()) task.drop()
      steps.clear()
    },
  }
}

/**
 * What progress says, where the title of its step does not say it already: the URL of a download would leave no room for how
 * far it is, and "Writing kairos.iso" behind "Write kairos.iso" is nothing new.
 */
function forPeople(progress: ProgressEvent, title = progress.message): ProgressEvent {
  const isSaid = progress.phase === 'downloading' || progress.message === title.replace(/^Write /, 'Writing ')
  return isSaid ? { ...progress, message: title } : progress
}
