import { memorySource } from '../../bytes/memory-source.js'
import { bootScript } from './boot-script.js'
import { bootSetOf, checkBootSet } from './boot-set.js'
import { filesOfCmdline, keyOf, renderCmdline } from './cmdline.js'
import { type FirmwareTable, findFirmware } from './firmware.js'
import type { MachineSetup, NetbootInit } from './netboot-init.js'
import { servedAddresses } from './served-addresses.js'

/** What a netboot server would do. */
export interface NetbootCheck {
  /** What machines load, by the names of the log: `kernel`, `initrd-0`, `other-0`. */
  readonly files: readonly {
    readonly name: string
    readonly role: string
    readonly source: string
    readonly bytes: number
  }[]
  /** With `<other-0>` where the URL of that file will stand. */
  readonly cmdline: string
  /** What iPXE would be given, with `<secret>` where each boot has random characters of its own. */
  readonly script: string
  /** iPXE builds, by the platform whose machines can boot: `bios`, `efi-x64`. */
  readonly firmware: readonly { readonly platform: string; readonly source: string }[]
  /** The addresses that machines are told. */
  readonly addresses: readonly string[]
}

/**
 * Checks what is to be booted, without opening a port.
 *
 * @throws KairosError as `NetbootServer.start`, but for the errors of ports
 */
export async function checkNetboot(init: NetbootInit): Promise<NetbootCheck> {
  const { firmware, set, addresses } = await prepareNetboot(init)
  const nameOf = new Map(set.files.map(({ key, name }) => [key, `<${name}>`]))
  const urlOf = (name: string) => `http://${addresses[0]}:${init.ports?.http ?? 8090}/a/<secret>/${name}`
  const named = (wanted: string) => set.files.filter(({ role }) => role === wanted).map(({ name }) => name)
  const urls = new Map(set.files.map(({ key, name }) => [key, urlOf(name)]))
  return {
    files: set.files.map(({ name, role, source }) => ({ name, role, source: source.name, bytes: source.size })),
    cmdline: renderCmdline(set.cmdline, (file) => nameOf.get(keyOf(file)) ?? ''),
    firmware: [...firmware].map(([platform, { source }]) => ({ platform, source: source.name })),
    script: bootScript({
      kernelUrl: urlOf('kernel'),
      initrds: named('initrd').map((name) => ({ name, url: urlOf(name) })),
      cmdline: renderCmdline(set.cmdline, (file) => urls.get(keyOf(file)) ?? ''),
    }),
    addresses,
  }
}

/** A URL as long as one can be. */
export const LONGEST_URL = `http://255.255.255.255:65535/a/${'0'.repeat(22)}/other-00`

/**
 * Checks all that can be checked before a port is opened, and finds what is needed for it.
 *
 * @throws KairosError as `NetbootServer.start`, but for the errors of ports
 */
export async function prepareNetboot(init: NetbootInit) {
  const set = bootSetOf(init, setupOfPolicy(init))
  await checkBootSet(set)
  renderCmdline(set.cmdline, () => LONGEST_URL)
  const firmware: FirmwareTable = await findFirmware(init.ipxe)
  return { set, firmware, addresses: servedAddresses(init) }
}

/** Stands for the cloud configs that a policy may give: which, and whether, it says only when a machine asks. */
function setupOfPolicy({ policy, cloudConfig, cmdline = '', extraCmdline = '' }: NetbootInit): MachineSetup {
  const named = filesOfCmdline(`${cmdline} ${extraCmdline}`).some(
    ({ id, role }) => id === undefined && role === 'config',
  )
  if (!policy || cloudConfig !== undefined || !named) return {}
  return { cloudConfig: memorySource('the cloud config of the machine', '#cloud-config\n') }
}
