/**
 * Turns a container image into what machines boot: a squashfs image with its root file system, and beside it kernel and
 * initial RAM disk. No Docker, no root, no unpacked tree: the layers are merged and compressed while they arrive.
 *
 *     node image-to-squashfs.ts quay.io/kairos/ubuntu:24.04 kairos
 *     node image-to-squashfs.ts oci:layout:v1 kairos
 */
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { KairosError } from '@kairos-sdk/core'
import { writeImage } from '@kairos-sdk/netboot/iso'
import { openRootSource, packArtifacts } from '@kairos-sdk/netboot/sources'

const [source = 'oci:layout', name = 'kairos'] = process.argv.slice(2)

try {
  // Layers of registries are kept here by digest, for the next time.
  const stateDir = join(tmpdir(), 'auroraboot')
  const root = await openRootSource(source, {
    stateDir,
    onProgress({ phase, message }) {
      if (phase === 'resolve') console.log(message)
    },
  })
  // On Node 24, or compiled by TypeScript: await using root = …
  try {
    console.log(`${root.name} is ${root.identity ?? 'not a container image'}`)

    const { kernel, initrd, rootfs, architecture, summary } = await packArtifacts(root, `${name}.squashfs`)
    console.log(`${rootfs.name}: ${summary.inodes} files and directories, ${rootfs.size} bytes`)

    // Both are read out of the squashfs image. A server could hand them out as they are, without these copies.
    await writeImage(kernel, `${name}-kernel`, { mode: 0o644 })
    await writeImage(initrd, `${name}-initrd`, { mode: 0o644 })
    console.log(`For ${architecture ?? 'unknown'} machines: ${name}-kernel, ${name}-initrd, ${name}.squashfs`)
  } finally {
    await root[Symbol.asyncDispose]()
  }
} catch (error) {
  if (!KairosError.is(error)) throw error
  console.error(`${error.code}: ${error.message}\n${error.hint ?? ''}`)
  process.exitCode = 1
}
