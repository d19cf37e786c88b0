import { checkNetboot, type NetbootCheck, type NetbootInit } from '@kairos-sdk/netboot/boot'
import { formatBytes } from '../../runtime/format-bytes.js'
import { printable } from '../../runtime/reporter/printable.js'
import type { Context } from '../command.js'

/**
 * Shows what machines would be given, and where it would listen, without opening a port.
 *
 * @throws KairosError those of `checkNetboot`
 */
export async function showPlan(init: NetbootInit, { reporter }: Context): Promise<void> {
  const plan = await checkNetboot(init)
  const { dhcp, pxe, tftp, http } = { dhcp: 67, pxe: 4011, tftp: 69, http: 8090, ...init.ports }
  const ports = { dhcp, pxe, tftp, http }
  reporter.answer({ event: 'result', ...plan, ports }, printable(planText(plan, ports)))
}

function planText(
  { files, firmware, cmdline, script, addresses }: NetbootCheck,
  ports: Readonly<Record<'dhcp' | 'pxe' | 'tftp' | 'http', number>>,
): string {
  const sections: [string, string[]][] = [
    [
      'Would listen on',
      [`UDP ${ports.dhcp} (DHCP), ${ports.pxe} (PXE), ${ports.tftp} (TFTP)`, `TCP ${ports.http} (HTTP)`],
    ],
    ['Machines would be told the address', [...addresses]],
    ['First file, by the firmware of the machine', firmware.map(({ platform, source }) => `${platform}: ${source}`)],
    ['Files', files.map(({ name, role, source, bytes }) => fileText(name, role, source, bytes))],
    ['Command line', [cmdline === '' ? 'empty' : cmdline]],
    ['Script for iPXE; the words between < and > are new with each boot', script.trimEnd().split('\n')],
  ]
  return sections.map(([title, lines]) => `${title}:\n${lines.map((line) => `  ${line}\n`).join('')}`).join('\n')
}

function fileText(name: string, role: string, source: string, bytes: number): string {
  const what = role === 'kernel' || role === 'initrd' || role === 'file' ? '' : `, ${role}`
  return `${name}: ${source} (${formatBytes(bytes)}${what})`
}
