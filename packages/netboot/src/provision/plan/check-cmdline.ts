import { KairosError } from '@kairos-sdk/core'
import { LONGEST_URL } from '../../servers/boot/check-netboot.js'
import { filesOfCmdline, type NamedFile, renderCmdline } from '../../servers/boot/cmdline.js'

/**
 * Looks for mistakes in `netboot.cmdline` that would else be found after the download. Kernel and initial RAM disk are not known
 * yet; that a line names others than those is.
 *
 * @param hasConfig - there is a cloud config, of all machines or of some
 * @throws KairosError `netboot/invalid-cmdline`, `ipxe/invalid-script`
 */
export function checkCmdline(cmdline: string, hasConfig: boolean): void {
  const files = filesOfCmdline(cmdline)
  const named = files.find(({ id }) => id !== undefined)
  if (named) {
    throw new KairosError(
      'netboot/invalid-cmdline',
      `netboot.cmdline: {{ ROOTFS }} and {{ CONFIG }} expected, {{ ID ${JSON.stringify(named.id)} }} found.`,
    )
  }
  if (!hasConfig && files.some(isConfig)) {
    throw new KairosError(
      'netboot/invalid-cmdline',
      'netboot.cmdline: a cloud config for {{ CONFIG }} expected, none found.',
      {
        hint: 'Give one: --cloud-config FILE. Or leave {{ CONFIG }} out of the command line.',
      },
    )
  }
  renderCmdline(cmdline, () => LONGEST_URL)
}

/** The words of a command line but those that name the cloud config: for machines that get none. */
export function withoutConfig(cmdline: string): string {
  const words = cmdline.match(/(?:\{\{.*?\}\}|\S)+/g) ?? []
  return words.filter((word) => !filesOfCmdline(word).some(isConfig)).join(' ')
}

function isConfig({ id, role }: NamedFile): boolean {
  return id === undefined && role === 'config'
}
