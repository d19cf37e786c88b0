import { buildOf } from '../../tsup.base.js'

export default buildOf({
  index: 'src/index.ts',
  'media/iso/index': 'src/media/iso/index.ts',
  'media/fat/index': 'src/media/fat/index.ts',
  'media/live-iso/index': 'src/media/live-iso/index.ts',
  'media/grub/index': 'src/media/grub/index.ts',
  'media/ipxe/index': 'src/media/ipxe/index.ts',
  'media/squashfs/index': 'src/media/squashfs/index.ts',
  'sources/index': 'src/sources/index.ts',
  'provision/index': 'src/provision/index.ts',
  'servers/dhcp/index': 'src/servers/dhcp/index.ts',
  'servers/tftp/index': 'src/servers/tftp/index.ts',
  'servers/http/index': 'src/servers/http/index.ts',
  'servers/boot/index': 'src/servers/boot/index.ts',
  'servers/doctor/index': 'src/servers/doctor/index.ts',
})
