import type { ByteSource } from '../bytes/byte-source.js'
import type { RootFileSystem } from '../file-system/root-file-system.js'

/** Kernel and initial RAM disk of a root file system, as far as there are some. */
export interface BootFiles {
  readonly kernel: ByteSource | undefined
  readonly initrd: ByteSource | undefined
}

/**
 * Looks for the kernel and the initial RAM disk where distributions put them: `/boot/kernel`, `/boot/vmlinuz*`,
 * `/boot/Image*`, `/usr/lib/modules/VERSION/vmlinuz`; `/boot/initrd*`, `/boot/initramfs*`, `/usr/lib/modules/VERSION/initrd`.
 * Links are followed. Of several versions it takes the newest, and an initial RAM disk of the kernel's own version.
 *
 * @throws KairosError what the root file system throws
 */
export async function findBootFiles(rootfs: RootFileSystem): Promise<BootFiles> {
  const names = newestFirst(await rootfs.list('/boot'))
  const versions = newestFirst(await rootfs.list('/usr/lib/modules'))
  const inBoot = (pattern: RegExp) => names.filter((name) => pattern.test(name)).map((name) => `/boot/${name}`)
  const kernel = await firstOf(rootfs, [
    ...['/boot/kernel', '/boot/vmlinuz', '/boot/Image'],
    ...inBoot(/^(?:kernel|vmlinuz|vmlinux|Image)-(?!.*rescue)/),
    ...versions.map((version) => `/usr/lib/modules/${version}/vmlinuz`),
  ])
  const initrd = await firstOf(rootfs, [
    ...['/boot/initrd', '/boot/initrd.img', '/boot/initramfs.img'],
    ...preferring(versionOf(kernel?.path), inBoot(/^(?:initrd|initrd\.img|initramfs)-(?!.*rescue)/)),
    ...versions.flatMap((version) => ['initrd', 'initramfs.img'].map((name) => `/usr/lib/modules/${version}/${name}`)),
  ])
  return { kernel: kernel?.source, initrd: initrd?.source }
}

async function firstOf(rootfs: RootFileSystem, paths: readonly string[]) {
  for (const path of paths) {
    const source = await rootfs.open(path)
    if (source && source.size > 0) return { path, source }
  }
  return undefined
}

function newestFirst(names: readonly string[]): string[] {
  return [...names].sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
}

/** `6.1.0-9` of `/boot/vmlinuz-6.1.0-9` and of `/usr/lib/modules/6.1.0-9/vmlinuz`. */
function versionOf(path: string | undefined): string | undefined {
  const [, inModules] = /^\/usr\/lib\/modules\/([^/]+)\//.exec(path ?? '') ?? []
  const [, inBoot] = /^\/boot\/[^-]+-(.+)$/.exec(path ?? '') ?? []
  return inModules ?? inBoot
}

function preferring(version: string | undefined, paths: readonly string[]): string[] {
  const own = (path: string) => version !== undefined && path.includes(version)
  return [...paths.filter(own), ...paths.filter((path) => !own(path))]
}
