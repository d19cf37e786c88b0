import { namePortOwner } from '../../servers/boot/port-owner.js'
import { openDatagramSocket } from '../../servers/datagram-socket.js'
import { listenForDhcp, listenForPxe } from '../../servers/dhcp/listen.js'
import { createHttpServer } from '../../servers/http/index.js'
import type { Configuration } from '../configuration/index.js'
import type { PlanOptions } from './plan-options.js'

const IGNORE = { onMessage() {}, onError() {} }

/**
 * Opens the ports of network boot and closes them again: what is in the way is better told now than after a download.
 *
 * @throws KairosError as `NetbootServer.start` for its ports
 */
export async function tryPorts(
  { httpPort, listenAddress = '0.0.0.0' }: Configuration['netboot'],
  { ports, netboot }: Pick<PlanOptions, 'ports' | 'netboot'>,
): Promise<void> {
  const openSocket = netboot?.openSocket ?? openDatagramSocket
  try {
    const http = createHttpServer({ address: listenAddress, port: httpPort })
    await http.start()
    await http.stop()
    const tftp = await openSocket({ address: listenAddress, port: ports?.tftp ?? 69, ...IGNORE })
    tftp.close()
    const pxe = await listenForPxe(ports?.pxe ?? 4011, openSocket, IGNORE)
    pxe.close()
    const dhcp = await listenForDhcp(ports?.dhcp ?? 67, openSocket, IGNORE)
    dhcp.socket.close()
  } catch (error) {
    throw await namePortOwner(error)
  }
}
