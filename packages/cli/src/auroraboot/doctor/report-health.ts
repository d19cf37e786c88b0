import { KairosError } from '@kairos-sdk/core'
import { examineHost, type Finding } from '@kairos-sdk/netboot/doctor'
import { paletteFor, wantsColors } from '../../runtime/reporter/palette.js'
import type { Context } from '../command.js'
import { findingsText } from './findings-text.js'

export interface HealthArguments {
  readonly interface: readonly string[] | undefined
  readonly port: number
  readonly dhcpPort: number
  readonly pxePort: number
  readonly tftpPort: number
  readonly listenMs: number
  readonly ipxeDir: string | undefined
  readonly stateDir: string | undefined
}

/**
 * Tells what keeps machines from booting from this host.
 *
 * @throws KairosError `doctor/not-ready` when something does; those of `examineHost`
 */
export async function reportHealth(args: HealthArguments, context: Context): Promise<void> {
  const { reporter, signal, io } = context
  const { stdout, env } = io
  const columns = stdout.isTTY ? stdout.columns : undefined
  const task = reporter.json ? undefined : reporter.task({ message: 'Looking at this machine' })
  try {
    const { findings, ready } = await examineHost({
      interfaces: args.interface,
      ports: { dhcp: args.dhcpPort, pxe: args.pxePort, tftp: args.tftpPort, http: args.port },
      ipxeDirectory: args.ipxeDir,
      stateDirectory: args.stateDir,
      listenMs: args.listenMs,
      signal,
      onProgress: (event) => task?.progress(event),
      onFinding: (finding) => reporter.event('finding', finding),
    })
    task?.drop()
    const count = (level: Finding['level']) => findings.filter((finding) => finding.level === level).length
    const problems = count('problem')
    const data = { event: 'result', ready, problems, warnings: count('warning') }
    reporter.draw(data, findingsText(findings, { palette: paletteFor(wantsColors(stdout, env)), columns }))
    if (!ready) throw notReady(problems)
    const warnings = data.warnings === 0 ? '' : `, with ${counted(data.warnings, 'warning')}`
    if (!reporter.json) reporter.note(`Machines can be booted from this host${warnings}.`)
  } catch (error) {
    task?.drop()
    throw error
  }
}

function notReady(problems: number): KairosError {
  return new KairosError(
    'doctor/not-ready',
    `${counted(problems, 'problem')} ${problems === 1 ? 'keeps' : 'keep'} machines from booting from this host.`,
    { hint: 'What to do is said under each of them.' },
  )
}

function counted(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`
}
