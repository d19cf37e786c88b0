import { performance } from 'node:perf_hooks'
import type { KairosError } from '@kairos-sdk/core'
import {
  createNetbootServer,
  type Logger,
  type MachineState,
  type NetbootEvent,
  type NetbootInit,
  type NetbootServer,
} from '@kairos-sdk/netboot/boot'
import type { Reporter } from '../../runtime/reporter/reporter.js'
import type { Context } from '../command.js'
import { timestamp } from './log-time.js'
import { machineTable, stageText, summaryOf } from './machine-table.js'

/**
 * Boots machines until the person stops it: with a table of them on a terminal, a line for each step in a pipe, an object
 * for each event with `--json`. Ends with what became of each machine.
 *
 * @throws KairosError those of `NetbootServer.start`
 */
export async function serveMachines(init: NetbootInit, { reporter, signal }: Context): Promise<void> {
  const shown: { table: boolean } = { table: false }
  const server = createNetbootServer({ ...init, logger: loggerFor(reporter, () => shown.table) })
  const forget = server.on((event) => reporter.event(event.type, fieldsOf(event)))
  try {
    const { httpPort, addresses } = await server.start()
    const where = `${addresses.join(', ')}, HTTP port ${httpPort}`
    reporter.event('listening', { httpPort, addresses })
    const title = `Booting machines from ${where}. Ctrl-C stops it.`
    using view = reporter.view(tableOf(server, title))
    shown.table = view !== undefined
    if (!view && !reporter.json) reporter.note(title)
    await aborted(signal)
  } finally {
    await server.stop()
    forget()
  }
  sayEnd(server.machines(), reporter)
}

function tableOf(server: NetbootServer, title: string) {
  return machineTable({
    ...{ machines: () => server.machines(), title },
    now: () => performance.now(),
    date: () => new Date(),
  })
}

/** The table shows what the log says, but for warnings; programs get events. */
function loggerFor(reporter: Reporter, hasTable: () => boolean): Logger {
  return {
    info(message) {
      if (reporter.json || hasTable()) reporter.debug(message)
      else reporter.note(`${timestamp(new Date())} ${message}`)
    },
    warn: (message) => reporter.warn(reporter.json || hasTable() ? message : `${timestamp(new Date())} ${message}`),
    debug: (message) => reporter.debug(message),
  }
}

/** An event for programs: errors as code, message and hint. */
function fieldsOf({ type: _type, ...event }: NetbootEvent): object {
  const error = 'error' in event ? event.error : undefined
  return { ...event, ...(error && { error: errorFields(error) }) }
}

function errorFields({ code, message, hint }: KairosError) {
  return { code, message, ...(hint !== undefined && { hint }) }
}

function sayEnd(machines: readonly MachineState[], reporter: Reporter): void {
  const rows = machines.map(({ mac, address, stage, error }) => {
    return `${mac}  ${address ?? '-'}  ${error ? `failed: ${error.message}` : stageText(stage)}\n`
  })
  if (machines.length === 0) reporter.note('No machine asked for a boot.')
  else reporter.note(`${summaryOf(machines)}.`)
  const data = machines.map(({ transfer: _transfer, error, ...machine }) => ({
    ...machine,
    ...(error && { error: errorFields(error) }),
  }))
  reporter.answer({ event: 'result', machines: data }, rows.join(''))
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
