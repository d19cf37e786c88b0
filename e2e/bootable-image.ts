import { chmod, copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BOOT_SYSTEM_NEEDS, bootSystem } from './boot-medium.js'
import { cpioArchive } from './cpio.js'
import { run } from './layered-image.js'

/** What `createBootableImage` needs; for `requirement`. */
export const BOOTABLE_IMAGE_NEEDS = [...BOOT_SYSTEM_NEEDS, 'umoci', 'tar'] as const

/** As dracut's live root: finds the medium by the label of the command line, and goes on in its root file system. */
const LIVE_INIT = `#!/bin/busybox sh
export PATH=/bin
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
for module in $(cat /modules/order); do insmod /modules/$module.ko 2>/dev/null; done
exec >/dev/ttyS0 2>&1
label=$(sed 's/.*root=live:CDLABEL=\\([^ ]*\\).*/\\1/' /proc/cmdline)
squashfs=$(sed 's/.*rd.live.squashimg=\\([^ ]*\\).*/\\1/' /proc/cmdline)
tries=0
while [ $tries -lt 200 ]; do
  for device in $(ls /sys/class/block); do
    [ "$(dd if=/dev/$device bs=1 skip=32808 count=8 2>/dev/null)" = "$label" ] || continue
    mount -t iso9660 -o ro /dev/$device /medium || continue
    mkdir /root-of-image
    mount -t squashfs -o ro,loop "/medium/$squashfs" /root-of-image || continue
    cp /medium/config.yaml /dev/config.yaml
    mount --move /dev /root-of-image/dev
    exec switch_root /root-of-image /sbin/init "$device"
  done
  tries=$((tries + 1))
  sleep 0.1
done
echo "e2e: no medium"
poweroff -f
`

/** What the image starts as its own init: says where it is and powers off. */
const IMAGE_INIT = `#!/bin/sh
mount -t proc proc /proc
exec >/dev/ttyS0 2>&1
echo
echo "e2e: init of the image on $1, $(cat /etc/os-release)"
echo "e2e: root $(grep ' / squashfs ' /proc/mounts | cut -d' ' -f2,3)"
echo "e2e: cmdline $(cat /proc/cmdline)"
echo "e2e: removed: $(ls /removed 2>&1)"
echo "e2e: overlay: $(cat /usr/lib/overlaid 2>&1)"
echo "e2e: config: $(cat /dev/config.yaml 2>&1)"
echo "e2e: done"
poweroff -f
`

/**
 * Makes an image that starts machines, as an OCI layout with two layers: busybox, a kernel of the distribution, and an
 * initial RAM disk that mounts `/rootfs.squashfs` of the medium.
 *
 * @returns what names it: `oci:LAYOUT:TAG`
 */
export async function createBootableImage(layout: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'bootable-image-'))
  try {
    const lower = join(directory, 'lower')
    const upper = join(directory, 'upper')
    await makeRoot(lower)
    await mkdir(join(upper, 'etc'), { recursive: true })
    await writeFile(join(upper, 'etc/os-release'), 'the upper layer')
    await writeFile(join(upper, '.wh.removed'), '')
    await run('umoci', 'init', '--layout', layout)
    await run('umoci', 'new', '--image', `${layout}:v1`)
    for (const layer of [lower, upper]) {
      await run('tar', '-C', layer, '--owner=0', '--group=0', '-cf', `${layer}.tar`, '.')
      await run('umoci', 'raw', 'add-layer', '--image', `${layout}:v1`, `${layer}.tar`)
    }
    await run('umoci', 'config', '--image', `${layout}:v1`, '--architecture', 'amd64')
    return `oci:${layout}:v1`
  } finally {
    await rm(directory, { recursive: true })
  }
}

async function makeRoot(root: string): Promise<void> {
  const { kernel, initrd } = bootSystem()
  for (const name of ['boot', 'usr/bin', 'usr/lib', 'dev', 'proc', 'etc', 'removed']) {
    await mkdir(join(root, name), { recursive: true })
  }
  await copyFile('/bin/busybox', join(root, 'usr/bin/busybox'))
  for (const name of ['sh', 'mount', 'cat', 'grep', 'cut', 'ls', 'poweroff']) {
    await symlink('busybox', join(root, 'usr/bin', name))
  }
  for (const name of ['bin', 'sbin', 'lib']) await symlink(name === 'lib' ? 'usr/lib' : 'usr/bin', join(root, name))
  await writeFile(join(root, 'usr/bin/init'), IMAGE_INIT)
  await chmod(join(root, 'usr/bin/init'), 0o755)
  await writeFile(join(root, 'etc/os-release'), 'the lower layer')
  await writeFile(join(root, 'removed/file'), '')
  await writeFile(join(root, 'boot/vmlinuz-1'), kernel)
  // The kernel unpacks one archive after the other: the second one's init is the one that runs.
  const live = cpioArchive([{ path: 'init', mode: 0o100755, content: LIVE_INIT }])
  await writeFile(join(root, 'boot/initrd-1'), Buffer.concat([initrd, live]))
  await symlink('vmlinuz-1', join(root, 'boot/vmlinuz'))
  await symlink('initrd-1', join(root, 'boot/initrd'))
}
