import { openIso } from '../../media/iso/index.js'
import { findFirmware } from '../../servers/boot/firmware.js'
import { createNetbootServer, interfacesAt } from '../../servers/boot/index.js'
import { checkInterfaces, listOwnInterfaces } from '../../servers/dhcp/own-interfaces.js'
import type { BootArtifacts } from '../../sources/boot-artifacts.js'
import { bootArtifactsOfIso } from '../../sources/iso-boot-artifacts.js'
import type { Configuration } from '../configuration/index.js'
import { type IsoServer, startIsoServer } from '../iso-server/index.js'
import { defineStep, type Step } from '../steps/index.js'
import { configsOfBoot } from './configs-of-boot.js'
import type { BaseIso, PlanContext } from './plan-context.js'
import type { PlanOptions } from './plan-options.js'
import type { RunningNetboot } from './plan-parts.js'
import { tryPorts } from './try-ports.js'

/** Starts the server of the ISO files: first of all, so that a port in use is told before gigabytes are downloaded. */
export function isoServerStep(
  { listenAddress }: Configuration,
  title: string,
  paths: readonly string[],
): Step<IsoServer> {
  const { host, port } = listenAddress
  const address = host?.includes(':') ? `[${host}]` : (host ?? '*')
  return defineStep({
    id: 'iso-server',
    title: 'Start the server of the ISO files',
    serves: ['/', ...paths].map((path) => `http://${address}:${port}${path}`),
    async run({ defer, servers: { logger, graceMs, tell } }) {
      const server = await startIsoServer({ listenAddress, title, logger })
      defer(() => server.stop({ graceMs }))
      server.on((event) => tell({ of: 'iso-server', event }))
      return server
    },
  })
}

/** Looks for what would keep network boot from starting, before anything is downloaded for it. */
export function netbootCheckStep({ netboot }: Configuration, options: PlanOptions): Step<void> {
  return defineStep({
    id: 'netboot-check',
    title: 'Look for iPXE, network interfaces and free ports',
    async run() {
      const interfaces = options.interfaces ?? interfacesAt(netboot.listenAddress)
      checkInterfaces((options.netboot?.ownInterfaces ?? listOwnInterfaces)(), interfaces)
      await findFirmware(options.ipxe)
      await tryPorts(netboot, options)
    },
  })
}

/** Kernel, initial RAM disk and root file system as parts of an ISO: nothing is extracted. */
export function partsOfIsoStep(base: Step<BaseIso>, name: string): Step<BootArtifacts> {
  return defineStep({
    id: 'netboot-files',
    title: `Find kernel, initial RAM disk and root file system in ${name}`,
    needs: [base],
    async run({ signal, resultOf }) {
      const { source, system } = resultOf(base)
      return { ...(await bootArtifactsOfIso(await openIso(source, { signal }), { signal })), description: system }
    },
  })
}

/** Boots machines over the network. */
export function netbootStep(context: PlanContext, artifacts: Step<BootArtifacts>): Step<RunningNetboot> {
  const { configuration, options } = context
  const { httpPort, listenAddress } = configuration.netboot
  const ports = { ...options.ports, http: httpPort }
  const at = listenAddress === undefined ? '' : ` of ${listenAddress}`
  return defineStep({
    id: 'netboot',
    title: 'Boot machines over the network',
    needs: [artifacts],
    serves: [
      `udp port ${ports.dhcp ?? 67}${at}: proxyDHCP`,
      `udp port ${ports.pxe ?? 4011}${at}: PXE`,
      `udp port ${ports.tftp ?? 69}${at}: TFTP, iPXE`,
      `tcp port ${httpPort}${at}: HTTP, kernel, initial RAM disk, root file system and cloud config under secret names`,
    ],
    async run({ resultOf, defer, servers: { logger, graceMs, tell, booting } }) {
      const { kernel, initrd, rootfs, architecture } = resultOf(artifacts)
      const server = createNetbootServer({
        ...options.netboot,
        artifacts: { kernel, initrds: [initrd], rootfs, architecture },
        ...configsOfBoot(context),
        interfaces: options.interfaces,
        listenAddress,
        advertise: options.advertise,
        ports,
        ipxe: options.ipxe,
        logger,
      })
      server.on((event) => tell({ of: 'netboot', event }))
      const endpoints = await server.start()
      booting(server)
      defer(() => server.stop({ graceMs }))
      return { server, endpoints }
    },
  })
}
