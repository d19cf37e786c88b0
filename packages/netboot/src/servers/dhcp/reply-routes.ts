import type { Clock } from '../clock.js'
import type { OpenDatagramSocket } from '../datagram-socket.js'
import { LIMITED_BROADCAST_ADDRESS } from './options/ipv4-address.js'
import { isOnSubnet, isServed, type OwnInterface, selectInterfaces } from './own-interfaces.js'
import { findSourceAddress } from './source-address.js'

export interface ReplyRoutesInit {
  readonly interfaces: readonly string[] | undefined
  readonly ownInterfaces: () => readonly OwnInterface[]
  readonly openSocket: OpenDatagramSocket
  readonly clock: Clock
}

export interface ReplyRoutes {
  /**
   * The own addresses from which an answer leaves, and under which the receiver reaches us: for a broadcast those of all
   * interfaces that are served, as nothing tells by which of them the request came; else the one that is on the
   * receiver's subnet or, over routers, that the system would send from. None when that is not served.
   */
  ownAddressesFor(to: { readonly address: string }): Promise<readonly string[]>
}

/** Interfaces come and go rarely, and a rack asks a thousand times a second. */
const REFRESH_MS = 1_000

export function createReplyRoutes({ interfaces, ownInterfaces, openSocket, clock }: ReplyRoutesInit): ReplyRoutes {
  let known: { readonly all: readonly OwnInterface[]; readonly readMs: number } | undefined
  const current = () => {
    const now = clock.now()
    if (!known || now - known.readMs >= REFRESH_MS) known = { all: ownInterfaces(), readMs: now }
    return known.all
  }
  return {
    async ownAddressesFor({ address }) {
      const all = current()
      if (address === LIMITED_BROADCAST_ADDRESS) return selectInterfaces(all, interfaces).map((own) => own.address)
      const near = all.find((own) => isServed(own, interfaces) && isOnSubnet(address, own))
      if (near) return [near.address]
      const source = await findSourceAddress(address, openSocket)
      const far = all.find((own) => own.address === source)
      if (!far || isServed(far, interfaces)) return far ? [far.address] : []
      // The system sends from the first address of an interface, of which another may be the one that is served.
      const served = selectInterfaces(all, interfaces).find(({ name }) => name === far.name)
      return served ? [served.address] : []
    },
  }
}
