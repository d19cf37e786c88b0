import { createHash } from 'node:crypto'
import { memorySource, readFully } from '@kairos-sdk/netboot'
import { authorIso } from '@kairos-sdk/netboot/iso'
import { RELEASE_NAME } from './network-booting.js'

/** Names of the files of two releases that the manual on AuroraBoot asks for. */
export const CORE = 'core-rockylinux-v1.5.0'
export const K3S = 'kairos-opensuse-leap-v1.5.1-k3sv1.21.14+k3s1'

export const sha256 = (content: Uint8Array | string) => createHash('sha256').update(content).digest('hex')

/** What a release is made of. Nobody starts it here. */
export function partsOf(name: string) {
  const kernel = Buffer.alloc(4096)
  kernel.write('HdrS', 0x202)
  return { kernel, initrd: Buffer.from(`initrd of ${name}`), rootfs: Buffer.from(`hsqs of ${name}`) }
}

export async function isoOf(name: string): Promise<Buffer> {
  const { kernel, initrd, rootfs } = partsOf(name)
  const files = { '/boot/kernel': kernel, '/boot/initrd': initrd, '/rootfs.squashfs': rootfs }
  const entries = Object.entries(files).map(([path, content]) => {
    return { path, type: 'file', source: memorySource(path, content) } as const
  })
  const image = await authorIso({ volumeLabel: 'COS_LIVE', entries })
  return Buffer.from(await readFully(image, 0, image.size))
}

/** The files of GitHub's releases, by URL. */
export async function makeReleases(): Promise<Record<string, string | Uint8Array>> {
  const files: Record<string, string | Uint8Array> = {}
  for (const [place, name] of [
    ['kairos-io/kairos/releases/download/v1.5.0', CORE],
    ['kairos-io/provider-kairos/releases/download/v1.5.1', K3S],
    ['kairos-io/kairos/releases/download/v3.6.0', RELEASE_NAME],
  ] as const) {
    const path = `github.com/${place}/${name}`
    const { kernel, initrd, rootfs } = partsOf(name)
    const iso = await isoOf(name)
    files[`${path}.iso`] = iso
    files[`${path}.iso.sha256`] = `${sha256(iso)}  ${name}.iso\n`
    files[`${path}-kernel`] = kernel
    files[`${path}-initrd`] = initrd
    files[`${path}.squashfs`] = rootfs
  }
  return files
}
