import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ContainerImage } from '../packages/netboot/src/sources/index.js'
import { runProgram } from './run-program.js'

/** An OCI image layout that umoci made, with two layers for each of two architectures. */
export interface LayeredImage {
  readonly layout: string
  /** Tags in the layout, by architecture. */
  readonly tags: { readonly amd64: 'v1-amd64'; readonly arm64: 'v1-arm64' }
  /** SHA-256 of the layers' tar archives, the lowest first. */
  readonly layers: readonly string[]
}

/** Runs a program that must succeed. */
export async function run(name: string, ...args: string[]): Promise<string> {
  const { code, output, stdout } = await runProgram(name, args)
  if (code !== 0) throw new Error(`${name} ${args.join(' ')}: ${output}`)
  return stdout.toString()
}

export async function createLayeredImage(directory: string): Promise<LayeredImage> {
  const layout = join(directory, 'layout')
  const root = join(directory, 'root')
  await mkdir(root)
  await writeFile(join(root, 'large'), randomBytes(4_000_000))
  await writeFile(join(root, 'greeting'), 'from the lower layer\n')
  const archives = [join(directory, 'lower.tar'), join(directory, 'upper.tar')] as const
  await run('tar', '-C', root, '-cf', archives[0], '.')
  await writeFile(join(root, 'greeting'), 'from the upper layer\n')
  await run('tar', '-C', root, '-cf', archives[1], 'greeting')
  await run('umoci', 'init', '--layout', layout)
  const tags = { amd64: 'v1-amd64', arm64: 'v1-arm64' } as const
  for (const [architecture, tag] of Object.entries(tags)) {
    const image = `${layout}:${tag}`
    await run('umoci', 'new', '--image', image)
    for (const archive of archives) await run('umoci', 'raw', 'add-layer', '--image', image, archive)
    await run(
      'umoci',
      'config',
      '--image',
      image,
      '--architecture',
      architecture,
      '--config.label',
      `for=${architecture}`,
    )
  }
  return { layout, tags, layers: await Promise.all(archives.map((path) => sha256(createReadStream(path)))) }
}

/** Reads all layers, the topmost first, as a merge does; SHA-256 of each, the lowest first. */
export async function readLayers(image: ContainerImage): Promise<string[]> {
  const found: string[] = []
  for (const layer of image.layers.toReversed()) found.unshift(await sha256(layer.open()))
  return found
}

async function sha256(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of chunks) hash.update(chunk)
  return hash.digest('hex')
}
