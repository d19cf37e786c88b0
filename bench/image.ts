import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { measureTree, type Usage } from './process-tree.ts'
import type { BenchResult } from './result.ts'

const AURORABOOT = fileURLToPath(new URL('../packages/cli/bin/auroraboot.js', import.meta.url))
const IMAGE_BYTES = 1.1e9
const MIB = 2 ** 20

const run = (program: string, ...args: string[]) =>
  execFileSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'] })

/**
 * An image of this machine's /usr in three layers: programs and libraries; what is shared; and a small one that replaces and
 * removes some of it.
 */
async function makeImage(directory: string): Promise<{ layout: string; bytes: number; files: number }> {
  const layout = join(directory, 'layout')
  const layers = [join(directory, 'programs'), join(directory, 'shared'), join(directory, 'changes')] as const
  let bytes = 0
  let files = 0
  const take = async (layer: string, from: readonly string[], limit: number) => {
    let taken = 0
    for (const path of from) {
      for (const name of (await readdir(path)).sort()) {
        if (taken >= limit) break
        const source = join(path, name)
        const [size] = execFileSync('du', ['-sb', '--one-file-system', source], { encoding: 'latin1' }).split('\t')
        await mkdir(join(layer, path), { recursive: true })
        run('cp', '-a', '--one-file-system', source, join(layer, path))
        taken += Number(size)
      }
    }
    files += Number(execFileSync('sh', ['-c', 'find "$0" | wc -l', layer], { encoding: 'latin1' }))
    bytes += taken
  }
  await take(layers[0], ['/usr/bin', '/usr/lib/x86_64-linux-gnu', '/usr/lib'], IMAGE_BYTES * 0.7)
  await take(layers[1], ['/usr/share', '/usr/include', '/usr/lib/python3', '/usr/libexec'], IMAGE_BYTES - bytes)
  await mkdir(join(layers[2], 'usr/bin'), { recursive: true })
  await mkdir(join(layers[2], 'etc'), { recursive: true })
  for (const [index, name] of (await readdir(join(layers[0], 'usr/bin'))).sort().entries()) {
    if (index % 10 === 0) await writeFile(join(layers[2], 'usr/bin', `.wh.${name}`), '')
    else if (index % 10 === 1) await writeFile(join(layers[2], 'usr/bin', name), `replaced ${name}\n`)
  }
  run('umoci', 'init', '--layout', layout)
  run('umoci', 'new', '--image', `${layout}:v1`)
  for (const layer of layers) {
    run('tar', '-C', layer, '-cf', `${layer}.tar`, '.')
    await rm(layer, { recursive: true })
    run('umoci', 'raw', 'add-layer', '--image', `${layout}:v1`, `${layer}.tar`)
    await rm(`${layer}.tar`)
  }
  return { layout, bytes, files }
}

/** As people without Docker do it: fetch, unpack as root, pack. */
const PEERS = `set -e
skopeo copy --quiet "oci:$1:v1" "oci:$2/copy:v1"
umoci unpack --image "$2/copy:v1" "$2/bundle" 2>/dev/null
mksquashfs "$2/bundle/rootfs" "$3" -b 1024k -noappend -no-progress -quiet -comp "$4" >/dev/null`

interface Contestant {
  readonly name: string
  readonly run: (work: string, out: string) => Promise<Usage>
}

/**
 * From a container image to a squashfs image, beside what people do with skopeo, umoci and mksquashfs. Needs these three,
 * root, and 8 GB of disk; the peers' gzip takes minutes.
 */
export async function bench(): Promise<BenchResult> {
  const directory = await mkdtemp(join(tmpdir(), 'kairos-bench-image-'))
  try {
    const { layout, bytes, files } = await makeImage(directory)
    const ours = (compression: string): Contestant => ({
      name: `auroraboot unpack, ${compression}`,
      run: (work, out) => {
        const args = [
          'unpack',
          `oci:${layout}:v1`,
          out,
          '--compression',
          compression,
          '--state-dir',
          join(work, 'state'),
        ]
        return measureTree(process.execPath, [AURORABOOT, ...args, '--log-level', 'warn'])
      },
    })
    const peers = (compression: string): Contestant => ({
      name: `skopeo, umoci, mksquashfs -b 1024k, ${compression}`,
      run: (work, out) => measureTree('sh', ['-c', PEERS, 'sh', layout, work, out, compression]),
    })
    const rows: (string | number)[][] = []
    let fastest: number | undefined
    for (const { name, run: measure } of [ours('zstd'), ours('gzip'), peers('zstd'), peers('gzip')]) {
      const work = join(directory, 'work')
      const out = join(directory, 'root.squashfs')
      await mkdir(work)
      run('sync')
      const { seconds, resident } = await measure(work, out)
      const [kib] = execFileSync('du', ['-sk', work], { encoding: 'latin1' }).split('\t')
      fastest ??= seconds
      const left = Math.round((Number(kib) * 1024) / 1e6)
      rows.push([name, seconds, seconds / fastest, (await stat(out)).size / 1e6, Math.round(resident / MIB), left])
      await rm(work, { recursive: true })
      await rm(out)
    }
    const title = `A squashfs image of a container image with three layers, ${files} files, ${Math.round(bytes / 1e6)} MB`
    return {
      title,
      columns: ['what', 'seconds', 'times the first', 'MB', 'resident MiB', 'MB on the disk besides'],
      rows,
    }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}
