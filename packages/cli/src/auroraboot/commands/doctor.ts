import type { Command } from '../../runtime/command.js'
import { parseDuration } from '../../runtime/duration.js'
import { command } from '../command.js'
import { bootPortOptions, interfaceOption, ipxeDirectoryOption, portOption } from '../netboot/netboot-options.js'

export const doctor: Command<object> = command({
  command: 'doctor',
  describe: 'Find out whether machines can be booted from this host',
  details: [
    'Looks at the interfaces, whether the ports are free and permitted and who has them, which DHCP servers answer and who else offers something to boot, the firewall, the builds of iPXE and GRUB, container engines, and the room on the disk. Each finding is followed by what to do about it.',
    'It asks DHCP servers as a new machine does, but takes no address. It changes nothing and leaves no port open.',
    'The exit code is 0 when machines can boot, also when there are warnings.',
  ],
  options: {
    interface: interfaceOption,
    port: portOption('port', '8090', 'TCP port for HTTP'),
    ...bootPortOptions,
    wait: {
      type: 'string',
      default: '6s',
      describe: 'How long to listen for DHCP servers',
      completes: 'nothing',
      requiresArg: true,
    },
    'no-dhcp': { type: 'boolean', default: false, describe: 'Ask no DHCP servers' },
    'ipxe-dir': ipxeDirectoryOption,
    'state-dir': {
      type: 'string',
      describe: 'Directory for downloads, whose room is looked at. Otherwise /tmp/auroraboot',
      completes: 'directory',
      requiresArg: true,
    },
  },
  examples: [
    ['auroraboot doctor', 'before the first machine is switched on'],
    ['auroraboot doctor --interface eth0 --json', 'for a program, a line for each finding'],
    ['sudo auroraboot doctor', "names other users' programs too"],
  ],
  exits: ['notReady'],
  async run(args, context) {
    const listenMs = args.noDhcp ? 0 : parseDuration(args.wait, '--wait')
    const { reportHealth } = await import('../doctor/report-health.js')
    await reportHealth({ ...args, listenMs }, context)
  },
})
