import { execFile, execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { copyFile, mkdir, mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { createServer, get, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { promisify } from 'node:util'
import { fileSource, memorySource } from '@kairos-sdk/netboot'
import { applyInPlace, remaster, restore, writeImage } from '@kairos-sdk/netboot/iso'
import { type BenchResult, median } from './result.ts'

const ROOTFS_BYTES = 690 * 2 ** 20
const CONFIG = `#cloud-config\nhostname: edge\n# ${'x'.repeat(4000)}\n`
const ROUNDS = 7
const run = promisify(execFile)

async function customise(input: string) {
  return remaster(await fileSource(input), { files: new Map([['/config.yaml', memorySource('config.yaml', CONFIG)]]) })
}

/** An image of 700 MB as Kairos makes it: hybrid, partition offset, appended EFI system partition. */
async function makeImage(directory: string): Promise<string> {
  const tree = join(directory, 'tree')
  await mkdir(join(tree, 'boot'), { recursive: true })
  const noise = randomBytes(2 ** 20)
  const rootfs = await open(join(tree, 'rootfs.squashfs'), 'w')
  for (let at = 0; at < ROOTFS_BYTES; at += noise.length) await rootfs.write(noise)
  await rootfs.close()
  const efi = join(directory, 'efi.img')
  const image = await open(efi, 'w')
  await image.truncate(8 * 2 ** 20)
  await image.close()
  const path = join(directory, 'kairos.iso')
  const partitions = ['-partition_offset', '16', '-append_partition', '2', '0xef', efi, '-appended_part_as_gpt']
  execFileSync('xorriso', ['-as', 'mkisofs', '-quiet', '-R', '-J', '-V', 'COS_LIVE', ...partitions, '-o', path, tree], {
    stdio: 'ignore',
  })
  await rm(tree, { recursive: true })
  return path
}

/**
 * Seconds that each contestant takes in the best of some rounds: the best is what is left when nothing else keeps the machine
 * busy. They take turns, and the disk finishes its work between them.
 */
async function race<Name extends string>(
  contestants: Record<Name, () => Promise<unknown>>,
  clean: () => Promise<unknown>,
): Promise<Record<Name, number>> {
  const names = Object.keys(contestants) as Name[]
  const figures = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>
  for (let round = 0; round < ROUNDS; round++) {
    // Another one begins each time: what comes first or after a certain other one has it easier.
    for (const name of [...names.slice(round % names.length), ...names.slice(0, round % names.length)]) {
      await clean()
      await run('sync')
      const startedAt = performance.now()
      await contestants[name]()
      figures[name].push((performance.now() - startedAt) / 1000)
    }
  }
  await clean()
  return Object.fromEntries(names.map((name) => [name, Math.min(...figures[name])])) as Record<Name, number>
}

/** Milliseconds from the request until the first byte of a per-machine image, made when it is asked for. */
async function firstByteMs(input: string): Promise<number> {
  const server = createServer(async (_, response) => {
    const image = await customise(input)
    response.writeHead(200, { 'content-length': image.size })
    for await (const chunk of image.read(0, image.size)) if (!response.write(chunk)) break
    response.destroy()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const figures: number[] = []
  for (let n = 0; n < 20; n++) {
    const startedAt = performance.now()
    const response = await new Promise<IncomingMessage>((resolve) => get({ host: '127.0.0.1', port }, resolve))
    await new Promise((resolve) => response.once('data', resolve).on('error', () => {}))
    figures.push(performance.now() - startedAt)
    response.destroy()
  }
  server.close()
  return median(figures)
}

/** Customising an ISO of 700 MB, against cp and xorriso. Needs `xorriso` and 2.5 GB of disk. */
export async function bench(): Promise<BenchResult> {
  const directory = await mkdtemp(join(tmpdir(), 'kairos-bench-iso-'))
  try {
    const input = await makeImage(directory)
    const output = join(directory, 'output.iso')
    const config = join(directory, 'config.yaml')
    await writeFile(config, CONFIG)
    const map = ['-map', config, '/config.yaml', '-boot_image', 'any', 'replay']
    const written = await race(
      {
        cp: () => run('cp', ['--reflink=never', input, output]),
        cpSync: () => run('sh', ['-c', 'cp --reflink=never "$0" "$1" && sync "$1"', input, output]),
        nodeCopy: () => copyFile(input, output),
        ours: async () => writeImage(await customise(input), output, { flush: false }),
        oursSync: async () => writeImage(await customise(input), output),
        xorriso: () => run('xorriso', ['-indev', input, '-outdev', output, ...map, '-commit']),
      },
      () => rm(output, { force: true }),
    )
    await copyFile(input, output)
    const inPlace = { apply: async () => applyInPlace(await customise(output), output) }
    const { apply } = await race(inPlace, () => restore(output).catch(() => {}))
    const { stdout } = await run(process.execPath, [import.meta.filename, input, join(directory, 'rss.iso')])
    return {
      title: 'A cloud config put into an ISO of 700 MB, best of 7 rounds',
      columns: ['what', 'figure', 'unit', 'target'],
      rows: [
        ['cp --reflink=never', written.cp, 's', ''],
        ['cp --reflink=never and sync', written.cpSync, 's', ''],
        ['fs.copyFile', written.nodeCopy, 's', ''],
        ['xorriso to a new file', written.xorriso, 's', ''],
        ['custom ISO to a new file, not flushed', written.ours, 's', `${(1.3 * written.cp).toFixed(3)} (1.3 times cp)`],
        [
          'custom ISO to a new file, flushed to the disk',
          written.oursSync,
          's',
          `${(written.xorriso / 2).toFixed(3)} (half of xorriso)`,
        ],
        ['in place, flushed to the disk, with undo record', apply, 's', '0.1'],
        ['first byte of a served per-machine ISO', await firstByteMs(input), 'ms', '10'],
        ['resident memory at most, writing it', Number(stdout) / 1024, 'MiB', '150'],
      ],
    }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

// Run by itself it customises once and prints its largest resident memory in KiB.
if (process.argv[1] === import.meta.filename) {
  const [input = '', output = ''] = process.argv.slice(2)
  await writeImage(await customise(input), output)
  console.log(process.resourceUsage().maxRSS)
}
