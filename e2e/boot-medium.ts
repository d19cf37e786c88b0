import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type CpioEntry, cpioArchive } from './cpio.js'
import { modulesInOrder } from './kernel-modules.js'
import { findProgram } from './requirements.js'
import { UNPACKING_NEEDS, unpackedPackages } from './unpacked-packages.js'

/** A system that starts from a medium or from the network, says what it found on the serial line, and powers off. */
export interface BootSystem {
  readonly kernel: Buffer
  readonly initrd: Buffer
}

/** What `bootSystem` needs; for `requirement`. */
export const BOOT_SYSTEM_NEEDS = [...UNPACKING_NEEDS, '/bin/busybox'] as const

/** The line after which the content of `/config.yaml` follows, and the one behind it. */
export const CONFIG_BEGINS = 'e2e: config.yaml follows'
export const CONFIG_ENDS = 'e2e: config.yaml ends'

/** Drivers for what QEMU emulates: disks on IDE, AHCI, USB and virtio, the file systems of media, network cards. */
const MODULES = [
  ...['ata_piix', 'ahci', 'xhci_pci', 'ehci_pci', 'usb_storage', 'uas', 'virtio_pci', 'virtio_blk', 'virtio_scsi'],
  ...[
    'sr_mod',
    'sd_mod',
    'isofs',
    'vfat',
    'nls_cp437',
    'nls_ascii',
    'squashfs',
    'loop',
    'virtio_net',
    'e1000',
    'e1000e',
  ],
  ...['af_packet'],
] as const

/**
 * Looks for `/config.yaml` on every disk and partition, prints it, and lists what is in `/e2e` beside it; with `config_url=` on the command line gets it from
 * there. With `e2e.fetch` it gets the root file system of `root=live:` too, and with `e2e.live` goes on in it. Lines of its own
 * begin with `e2e:`.
 */
const INIT = `#!/bin/busybox sh
export PATH=/bin
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
for module in $(cat /modules/order); do insmod /modules/$module.ko 2>/dev/null; done
exec >/dev/ttyS0 2>&1
echo
echo "e2e: started"
echo "e2e: cmdline $(cat /proc/cmdline)"

print_config() {
  echo "e2e: found on $1"
  echo "${CONFIG_BEGINS}"
  cat "$2"
  echo "${CONFIG_ENDS}"
  [ -f /medium/rootfs.squashfs ] && echo "e2e: sha256 $(sha256sum < /medium/rootfs.squashfs | cut -d' ' -f1) rootfs.squashfs"
  if [ -d /medium/e2e ]; then
    cd /medium/e2e
    find . | sort | while read -r name; do stat -c 'e2e: stat %a %u:%g %s %N' "$name"; done
    find . -type f | sort | while read -r name; do echo "e2e: sha256 $(sha256sum < "$name" | cut -d' ' -f1) $name"; done
    cd /
  fi
  echo "e2e: label $(dd if=/dev/$1 bs=1 skip=32808 count=32 2>/dev/null)"
}

for argument in $(cat /proc/cmdline); do
  case $argument in config_url=*) url=\${argument#config_url=} ;; esac
done
if [ -n "$url" ]; then
  for card in /sys/class/net/e*; do
    name=\${card##*/}
    ip link set $name up
    udhcpc -q -n -t 20 -T 1 -i $name -s /bin/dhcp-script >/dev/null && break
  done
  wget -q -O /config.yaml "$url" && print_config network /config.yaml
  if grep -qE 'e2e[.](fetch|live)' /proc/cmdline; then
    rootfs=$(sed 's/.*root=live:\\([^ ]*\\).*/\\1/' /proc/cmdline)
    wget -q -O /rootfs.squashfs "$rootfs" && echo "e2e: sha256 $(sha256sum < /rootfs.squashfs | cut -d' ' -f1) live"
    if grep -q 'e2e[.]live' /proc/cmdline && mount -t squashfs -o ro,loop /rootfs.squashfs /medium; then
      echo "e2e: switching root"
      exec switch_root /medium /init
    fi
  fi
else
  tries=0
  while [ $tries -lt 200 ]; do
    for device in $(ls /sys/class/block); do
      for type in iso9660 vfat; do
        mount -t $type -o ro /dev/$device /medium 2>/dev/null || continue
        if [ -f /medium/config.yaml ]; then print_config $device /medium/config.yaml; break 3; fi
        umount /medium
      done
    done
    tries=$((tries + 1))
    sleep 0.1
  done
fi
echo "e2e: done"
poweroff -f
`

const DHCP_SCRIPT = `#!/bin/busybox sh
if [ "$1" = bound ]; then
  ip addr add $ip/$mask dev $interface
  [ -n "$router" ] && ip route add default via $router
fi
true
`

/**
 * A kernel of the distribution (its cloud kernel has no USB) with an initial RAM file system made of busybox.
 */
export function bootSystem(): BootSystem {
  const root = unpackedPackages(kernelPackages())
  const [kernelFile] = readdirSync(join(root, 'boot')).filter((name) => name.startsWith('vmlinuz'))
  const modules = modulesInOrder(modulesDirectory(root), MODULES)
  const directory = (path: string): CpioEntry => ({ path, mode: 0o040755 })
  const program = (path: string, content: string | Buffer): CpioEntry => ({ path, mode: 0o100755, content })
  const initrd = cpioArchive([
    ...['bin', 'dev', 'medium', 'modules', 'proc', 'sys'].map(directory),
    program('init', INIT),
    program('bin/busybox', readFileSync('/bin/busybox')),
    program('bin/dhcp-script', DHCP_SCRIPT),
    program('modules/order', modules.map(({ name }) => name).join('\n')),
    ...modules.map(({ name, content }) => program(`modules/${name}.ko`, content)),
  ])
  return { kernel: readFileSync(join(root, 'boot', `${kernelFile}`)), initrd }
}

function modulesDirectory(root: string): string {
  const parent = [join(root, 'lib/modules'), join(root, 'usr/lib/modules')].find((path) => existsSync(path))
  if (parent === undefined) throw new Error(`No modules in ${root}.`)
  const [version] = readdirSync(parent)
  return join(parent, `${version}`, 'kernel')
}

/** Packages with the newest kernel and its modules: Debian has both in one, Ubuntu in two. */
function kernelPackages(): string[] {
  const apt = findProgram('apt-cache') ?? 'apt-cache'
  const dependsOn = (name: string) => {
    try {
      const output = execFileSync(apt, ['depends', name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
      return [...output.matchAll(/Depends: (linux-(?:image|modules)-\d\S+)/g)].map((match) => `${match[1]}`)
    } catch {
      return []
    }
  }
  for (const meta of ['linux-image-amd64', 'linux-image-generic']) {
    const direct = dependsOn(meta)
    if (direct.length > 0) return [...new Set([...direct, ...direct.flatMap(dependsOn)])]
  }
  throw new Error('No kernel package: apt-get update, then linux-image-amd64 or linux-image-generic should be there.')
}
