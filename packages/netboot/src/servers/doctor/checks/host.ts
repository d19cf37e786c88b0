import { dirname, resolve } from 'node:path'
import { KairosError } from '@kairos-sdk/core'
import type { Finding } from '../finding.js'
import type { Access, DoctorProbes } from '../probes.js'
import type { DoctorPorts } from './ports.js'

/** A kernel, an initrd and a root file system, twice: downloaded, and unpacked. */
const COMFORTABLE_BYTES = 4_000_000_000

/** Asks whether a container engine may be used, from whose images machines can be booted. */
export async function checkContainerEngines(
  { access }: Pick<DoctorProbes, 'access'>,
  sockets: readonly string[],
): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const path of sockets) {
    const found = await access(path)
    if (found === 'missing') continue
    findings.push(
      found === 'usable'
        ? { check: 'container-engine', level: 'ok', found: `Container engine at ${path}.`, details: { path } }
        : {
            ...{ check: 'container-engine', level: 'warning', details: { path } },
            found: `The container engine at ${path} is not permitted to this user.`,
            advice: `Become a member of its group (for Docker: sudo usermod -aG docker "$USER", then log in again), or run with sudo.`,
          },
    )
  }
  if (findings.length > 0) return findings
  const found = 'No container engine was found: images come from registries only, which is enough.'
  return [{ check: 'container-engine', level: 'ok', found, details: { looked: sockets } }]
}

/** Looks whether downloads may be written, and have room, in a directory that may not exist yet. */
export async function checkStateDirectory(
  { access, freeBytes }: Pick<DoctorProbes, 'access' | 'freeBytes'>,
  directory: string,
): Promise<Finding[]> {
  try {
    if ((await accessToNearest(access, directory)) === 'denied') {
      const found = `${directory}, for downloads, cannot be written by this user.`
      const advice = 'Name another directory with --state-dir, or run it as the user whom it belongs to.'
      return [{ check: 'state-directory', level: 'warning', found, advice, details: { directory } }]
    }
    const bytes = await freeBytes(directory)
    const room = `${(bytes / 1e9).toFixed(1)} GB free for ${directory}`
    const details = { directory, freeBytes: bytes }
    if (bytes >= COMFORTABLE_BYTES) return [{ check: 'state-directory', level: 'ok', found: `${room}.`, details }]
    const advice = 'Free some room, or name another directory with --state-dir.'
    return [{ check: 'state-directory', level: 'warning', found: `${room}: a system may not fit.`, advice, details }]
  } catch (error) {
    if (!KairosError.is(error)) throw error
    return [
      { check: 'state-directory', level: 'warning', found: error.message, ...(error.hint && { advice: error.hint }) },
    ]
  }
}

/** Access to a directory or, where it does not exist, to the one in which it would be made. */
async function accessToNearest(access: DoctorProbes['access'], directory: string): Promise<Access> {
  for (let path = resolve(directory); ; path = dirname(path)) {
    const found = await access(path)
    if (found !== 'missing' || path === dirname(path)) return found
  }
}

/** Tells of a firewall that may keep machines from us, as far as it can be known cheaply. */
export async function checkFirewall(
  probes: Pick<DoctorProbes, 'readText' | 'processNames' | 'firewallRules'>,
  ports: DoctorPorts,
): Promise<Finding[]> {
  const udp = [ports.dhcp, ports.tftp, ports.pxe]
  const warning = (name: string, advice: string): Finding => ({
    ...{ check: 'firewall', level: 'warning', details: { firewall: name } },
    found: `The firewall ${name} is active and may keep machines from reaching this one.`,
    advice,
  })
  if (/^ENABLED=yes/m.test((await probes.readText('/etc/ufw/ufw.conf')) ?? '')) {
    return [warning('ufw', `Let them in: sudo ufw allow ${udp.join(',')}/udp; sudo ufw allow ${ports.http}/tcp`)]
  }
  if ((await probes.processNames()).has('firewalld')) {
    const adds = [...udp.map((port) => `${port}/udp`), `${ports.http}/tcp`].map((port) => `--add-port=${port}`)
    return [warning('firewalld', `Let them in, until the next start: sudo firewall-cmd ${adds.join(' ')}`)]
  }
  const rules = await probes.firewallRules()
  if (rules !== undefined && /hook input [^}]*?policy drop/.test(rules)) {
    const accepted = `UDP ${udp.join(', ')} and TCP ${ports.http}`
    return [
      warning(
        'nftables',
        `Its rules drop what they do not name; see that they accept ${accepted}: sudo nft list ruleset`,
      ),
    ]
  }
  const found =
    rules === undefined
      ? 'No firewall service was found; rules of nftables or iptables could not be looked at.'
      : 'No firewall that drops what machines send was found.'
  return [{ check: 'firewall', level: 'ok', found }]
}
