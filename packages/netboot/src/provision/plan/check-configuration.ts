import { stat } from 'node:fs/promises'
import { KairosError, translateError } from '@kairos-sdk/core'
import type { Configuration } from '../configuration/index.js'
import { checkPorts } from './check-ports.js'

/** What of an ISO is in its root file system or menu, which a release has made already. */
const OF_IMAGES = {
  overlayRootfs: 'iso.overlay_rootfs',
  extendLiveCmdline: 'iso.extend-live-cmdline',
  liveConsole: 'iso.live_console',
} as const

/**
 * Looks for mistakes that would else be found after the download.
 *
 * @returns warnings
 * @throws KairosError `configuration/unsupported`, `configuration/invalid`, `input/*`
 */
export async function checkConfiguration(configuration: Configuration): Promise<string[]> {
  const { source, iso, netboot, disableIso, disableNetboot, disableHttpServer } = configuration
  if (disableIso && disableNetboot) {
    throw new KairosError(
      'configuration/invalid',
      'disable_iso and disable_netboot: one of them at most expected, both found.',
      { hint: 'With both there is nothing to do. To fetch a release only: auroraboot pull-release' },
    )
  }
  if (source.kind === 'release') {
    for (const [key, name] of Object.entries(OF_IMAGES)) {
      if (iso[key as keyof typeof OF_IMAGES] === undefined) continue
      throw new KairosError('configuration/unsupported', `${name}: a container_image expected, a release found.`, {
        hint: 'The ISO of a release is made already; files can be added to it with iso.overlay_iso. Of its container image an ISO can be built: --set container_image=…',
      })
    }
  }
  await checkDirectory('iso.overlay_iso', iso.overlayIso)
  await checkDirectory('iso.overlay_rootfs', iso.overlayRootfs)
  checkPorts(configuration)
  return unusedKeys(configuration).map(({ keys, because }) => `${because}: ${keys.join(', ')} not used`)

  function unusedKeys({ listenAddress }: Configuration): { keys: string[]; because: string }[] {
    const ofIso = [
      ...(iso.name === undefined ? [] : ['iso.name']),
      ...(iso.overrideName === undefined ? [] : ['iso.override_name']),
      ...(iso.includeDate ? ['iso.include_date'] : []),
      ...(iso.overlayIso === undefined ? [] : ['iso.overlay_iso']),
      ...(iso.extendLiveCmdline === undefined ? [] : ['iso.extend-live-cmdline']),
      ...(iso.liveConsole === undefined ? [] : ['iso.live_console']),
    ]
    const ofNetboot = [
      ...(netboot.cmdline === undefined ? [] : ['netboot.cmdline']),
      ...(netboot.listenAddress === undefined ? [] : ['netboot_listen_addr']),
    ]
    const ofServer = listenAddress.port === 8080 && listenAddress.host === undefined ? [] : ['listen_addr']
    return [
      ...(disableIso && ofIso.length > 0 ? [{ keys: ofIso, because: 'disable_iso takes over' }] : []),
      ...(disableNetboot && ofNetboot.length > 0 ? [{ keys: ofNetboot, because: 'disable_netboot takes over' }] : []),
      ...(disableHttpServer && ofServer.length > 0
        ? [{ keys: ofServer, because: 'disable_http_server takes over' }]
        : []),
    ]
  }
}

async function checkDirectory(key: string, path: string | undefined): Promise<void> {
  if (path === undefined) return
  const stats = await stat(path).catch((error: unknown) => {
    throw translateError(error, `${key}: cannot read ${path}`, 'input/unreadable')
  })
  if (stats.isDirectory()) return
  throw new KairosError('input/not-found', `${key}: a directory expected, a file found (${path}).`)
}
