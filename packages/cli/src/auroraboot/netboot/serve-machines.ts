import { createNetbootServer, type NetbootInit } from '@kairos-sdk/netboot/boot'
import type { Context } from '../command.js'
import { eventFields, machineFields } from './machines-for-programs.js'
import { serverLog } from './server-log.js'
import { machineLines, machineSummary, showMachines } from './show-machines.js'

/**
 * Boots machines until the person stops it: with a table of them on a terminal, a line for each step in a pipe, an object
 * for each event with `--json`. Ends with what became of each machine.
 *
 * @throws KairosError those of `NetbootServer.start`
 */
export async function serveMachines(init: NetbootInit, { reporter, signal }: Context): Promise<void> {
  const shown: { table: boolean } = { table: false }
  const server = createNetbootServer({ ...init, logger: serverLog(reporter, () => shown.table) })
  const forget = server.on((event) => reporter.event(event.type, eventFields(event)))
  try {
    const { httpPort, addresses } = await server.start()
    reporter.event('listening', { httpPort, addresses })
    const title = `Booting machines from ${addresses.join(', ')}, HTTP port ${httpPort}. Ctrl-C stops it.`
    using view = showMachines(reporter, () => server.machines(), title)
    shown.table = view !== undefined
    if (!view && !reporter.json) reporter.note(title)
    await aborted(signal)
  } finally {
    await server.stop()
    forget()
  }
  const machines = server.machines()
  reporter.note(machineSummary(machines))
  reporter.answer({ event: 'result', machines: machineFields(machines) }, machineLines(machines))
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
