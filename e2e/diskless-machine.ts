import type { Host, Running } from './namespaces.js'
import { QEMU } from './qemu.js'

/** Words for `ip`: a bridge joins the cable of a host and that of a machine. */
const BRIDGE = [
  'addr flush dev lan',
  'link add bridge type bridge mcast_snooping 0',
  'link set lan master bridge up',
  'tuntap add tap mode tap',
  'link set tap master bridge up',
  'link set bridge up',
]

/** A PC whose card has iPXE in its ROM, as QEMU's cards do, and starts from that. */
export function biosWithIpxe(mac: string): string[] {
  return ['-machine', 'pc,graphics=off', '-boot', 'n', '-device', `virtio-net-pci,netdev=net,mac=${mac}`]
}

/**
 * Starts a machine without a disk in the place of a host on the network `lan`. Its serial port is the standard output.
 *
 * @param args - of QEMU: the machine, and a card on `netdev=net`
 */
export async function startDiskless(host: Host, args: readonly string[]): Promise<Running> {
  for (const words of BRIDGE) {
    const ip = host.run('ip', words.split(' '))
    if ((await ip.exit) !== 0) throw new Error(`ip ${words}: ${ip.stderr}`)
  }
  return host.run(QEMU, [
    ...['-accel', 'tcg', '-cpu', 'max', '-m', '512', '-display', 'none', '-monitor', 'none', '-serial', 'stdio'],
    ...['-no-reboot', '-nodefaults', '-netdev', 'tap,id=net,ifname=tap,script=no,downscript=no', ...args],
  ])
}

/**
 * Starts one, waits until its initial RAM disk is done, and turns it off.
 *
 * @param server - whose output is shown when that fails
 * @returns what the machine has said
 */
export async function bootDiskless(
  host: Host,
  args: readonly string[],
  { server, withinMs }: { readonly server: Running; readonly withinMs: number },
): Promise<string> {
  const qemu = await startDiskless(host, args)
  const timer = setTimeout(() => qemu.kill('SIGKILL'), withinMs)
  try {
    await qemu.line(/e2e: done/)
  } catch (error) {
    throw new Error(`${error}\n${server.stdout}\n${server.stderr}`)
  } finally {
    clearTimeout(timer)
    qemu.kill('SIGKILL')
    await qemu.exit
  }
  return qemu.stdout.replaceAll('\r', '')
}
