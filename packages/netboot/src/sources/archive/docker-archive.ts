import { posix } from 'node:path'
import { KairosError } from '@kairos-sdk/core'
import * as z from 'zod/v4/mini'
import type { ContainerImage, ImageLayer } from '../container-image.js'
import { checkDigest, type Digest, digestOf } from '../image/digest.js'
import { check, MAX_CONFIG_BYTES, MAX_MANIFEST_BYTES, parseConfig, parseJson } from '../image/manifest.js'
import { formatReference, parseReference, sameReference } from '../image/reference.js'
import { checkConfig } from '../image/resolve-image.js'
import { tarLayer } from '../image/tar-layer.js'
import type { ArchiveFiles } from './archive-files.js'
import type { ArchiveImageOptions } from './oci-layout.js'
import { readSmallFile } from './read-file.js'

const itemSchema = z.object({
  Config: z.string(),
  RepoTags: z.nullish(z.array(z.string())),
  Layers: z.array(z.string()),
})
type Item = z.infer<typeof itemSchema>

/**
 * Opens an image of an archive as `docker save` and `podman save` write it (Docker image specification v1.2, "Combined
 * Image JSON + Filesystem Changeset Format"): `manifest.json`, one configuration and the layers for each image. Layers
 * may be links to others and may be compressed. Nothing is unpacked.
 *
 * @throws KairosError `image/not-found`, `image/no-architecture`, `image/malformed`, `image/unsupported`,
 *   `image/wrong-digest`, `input/*`, `aborted`
 */
export async function openDockerArchive(files: ArchiveFiles, options: ArchiveImageOptions): Promise<ContainerImage> {
  const { name, signal } = options
  const item = chooseItem(await readItems(files, options), options.image, files.name)
  const configName = `the configuration of ${name}`
  const configSource = await fileOf(files, item.Config)
  const bytes = await readSmallFile(configSource, MAX_CONFIG_BYTES, configName, { signal })
  // The file is named by its content: `<hex>.json`, or `blobs/sha256/<hex>` since Docker 25.
  const hex = /^([0-9a-f]{64})(?:\.json)?$/.exec(posix.basename(item.Config))?.[1]
  if (hex !== undefined) checkDigest(bytes, `sha256:${hex}`, configName)
  const config = parseConfig(bytes, configName)
  checkConfig(config, item.Layers.length, options.architecture, name)
  const layers: ImageLayer[] = []
  for (const [index, path] of item.Layers.entries()) {
    const source = await fileOf(files, path)
    layers.push(
      tarLayer({
        name: path,
        size: source.size,
        diffId: config.diffIds[index] as Digest,
        stored: (read) => source.read(0, source.size, read),
      }),
    )
  }
  return {
    name,
    digest: digestOf(bytes),
    architecture: config.architecture ?? options.architecture?.architecture ?? 'amd64',
    created: config.created,
    labels: config.labels,
    layers,
  }
}

async function readItems(files: ArchiveFiles, { signal }: ArchiveImageOptions): Promise<readonly Item[]> {
  const source = await files.file('manifest.json')
  if (!source) {
    const old = await files.file('repositories')
    if (old) {
      throw new KairosError('image/unsupported', `${files.name}: manifest.json expected, only repositories found.`, {
        hint: 'This archive is from before Docker 1.10. Load and save it again with a current Docker.',
      })
    }
    throw new KairosError(
      'image/malformed',
      `${files.name}: an archive of docker save expected, no manifest.json found.`,
    )
  }
  const name = `manifest.json of ${files.name}`
  const json = parseJson(await readSmallFile(source, MAX_MANIFEST_BYTES, name, { signal }), name, MAX_MANIFEST_BYTES)
  return check(z.array(itemSchema), json, name)
}

function chooseItem(items: readonly Item[], wanted: string | undefined, name: string): Item {
  const names = items.flatMap(({ RepoTags }) => RepoTags ?? [])
  const position = /^@(\d+)$/.exec(wanted ?? (items.length === 1 ? '@0' : ''))?.[1]
  const found =
    position !== undefined
      ? items[Number(position)]
      : wanted === undefined
        ? undefined
        : items.find(({ RepoTags }) => RepoTags?.some((tag) => sameReference(tag, wanted)))
  if (found) return found
  const expected = wanted === undefined ? 'one image' : `an image ${JSON.stringify(wanted)}`
  throw new KairosError(
    'image/not-found',
    `${name}: ${expected} expected, ${wanted === undefined ? items.length : 'none'} found.`,
    {
      hint:
        names.length === 0
          ? 'Name one by its position: :@0'
          : `Say which, by adding :NAME: ${names.map(short).join(', ')}`,
    },
  )
}

/** A name as people write it. */
function short(name: string): string {
  try {
    return formatReference(parseReference(name)).replace(/^docker\.io\/(?:library\/)?/, '')
  } catch {
    return JSON.stringify(name)
  }
}

async function fileOf(files: ArchiveFiles, path: string) {
  const source = await files.file(path)
  if (source) return source
  throw new KairosError('image/malformed', `${files.name}: a file ${JSON.stringify(path)} expected, none found.`, {
    hint: 'The archive is incomplete. Write it again.',
  })
}
