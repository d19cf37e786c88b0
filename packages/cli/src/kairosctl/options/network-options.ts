import type { NetworkOptions } from '@kairos-sdk/edgevpn/network'
import type { ArgumentsCamelCase, InferredOptionTypes } from 'yargs'
import { ArgumentProblem } from '../../runtime/argument-problem.js'
import type { OptionDefinition } from '../../runtime/command.js'
import type { Reporter } from '../../runtime/reporter/reporter.js'

const group = 'Network options:'

/** How the peer-to-peer network is joined. */
export const networkOptions = {
  'no-dht': {
    type: 'boolean',
    default: false,
    describe: 'Stay on the local network: no DHT, no relays, no port mapping',
    group,
  },
  'no-mdns': {
    type: 'boolean',
    default: false,
    describe: 'Do not look for machines by multicast DNS',
    group,
  },
  bootstrap: {
    type: 'string',
    array: true,
    describe: "Multiaddr of a DHT node to start from, instead of IPFS's public ones; may be given several times",
    completes: 'nothing',
    requiresArg: true,
    group,
  },
  listen: {
    type: 'string',
    array: true,
    describe: 'Multiaddr to listen on, instead of a free TCP port of every address; may be given several times',
    completes: 'nothing',
    requiresArg: true,
    group,
  },
} as const satisfies Record<string, OptionDefinition>

type NetworkArguments = ArgumentsCamelCase<InferredOptionTypes<typeof networkOptions>>

/**
 * The network options of the SDK that the arguments ask for.
 *
 * @throws ArgumentProblem for options that leave nothing to find a machine by
 */
export function networkOf(args: NetworkArguments, reporter: Reporter): NetworkOptions {
  if (args.noDht && args.noMdns) {
    throw new ArgumentProblem('With both --no-dht and --no-mdns no machine can be found.', 'Leave out one of them.')
  }
  if (args.noDht && args.bootstrap) {
    throw new ArgumentProblem('--bootstrap names nodes of the DHT, which --no-dht turns off.', 'Leave out one of them.')
  }
  return {
    dht: !args.noDht,
    mdns: !args.noMdns,
    ...(args.bootstrap && { bootstrap: args.bootstrap }),
    ...(args.listen && { listen: args.listen }),
    log: (level, message) => reporter[level](message),
  }
}
