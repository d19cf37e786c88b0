import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { BlobStore } from './blob-store.js'
import { type Digest, digestOf } from './digest.js'
import { resolveImage } from './resolve-image.js'

const OCI = 'application/vnd.oci.image'
const tar = Buffer.from('as if it were a tar archive')

/** A store in memory that holds one image; `change` bends its parts. */
function storeOf(change: { config?: object; layer?: object; configType?: string; stored?: Buffer } = {}) {
  const blobs = new Map<Digest, Uint8Array>()
  const put = (bytes: Uint8Array, mediaType: string) => {
    blobs.set(digestOf(bytes), bytes)
    return { digest: digestOf(bytes), size: bytes.length, mediaType }
  }
  const json = (value: unknown, type: string) => put(Buffer.from(JSON.stringify(value)), type)
  const layer = { ...put(change.stored ?? gzipSync(tar), `${OCI}.layer.v1.tar+gzip`), ...change.layer }
  const config = { architecture: 'amd64', os: 'linux', rootfs: { diff_ids: [digestOf(tar)] }, ...change.config }
  const type = change.configType ?? `${OCI}.config.v1+json`
  const root = json({ schemaVersion: 2, config: json(config, type), layers: [layer] }, `${OCI}.manifest.v1+json`)
  const store: BlobStore = {
    name: 'memory',
    readBlob: async ({ digest }) => blobs.get(digest) ?? new Uint8Array(0),
    async *openLayer({ digest }) {
      yield blobs.get(digest) ?? new Uint8Array(0)
    },
  }
  return { store, root, json }
}

const resolve = ({ store, root }: Pick<ReturnType<typeof storeOf>, 'store' | 'root'>, architecture?: string) =>
  resolveImage(store, root, { name: 'image', architecture: architecture === undefined ? undefined : { architecture } })

async function content(layers: readonly { open(): AsyncIterable<Uint8Array> }[]): Promise<string> {
  const parts: Uint8Array[] = []
  for (const layer of layers) for await (const part of layer.open()) parts.push(part)
  return Buffer.concat(parts).toString()
}

describe('resolveImage', () => {
  it('gives the layers decompressed', async () => {
    const { image } = await resolve(storeOf())
    expect(await content(image.layers)).toBe(tar.toString())
  })

  it('notices a layer whose content is not what the configuration promises', async () => {
    const { image } = await resolve(storeOf({ stored: gzipSync(Buffer.from('something else')) }))
    await expect(content(image.layers)).rejects.toMatchObject({ code: 'image/wrong-digest' })
  })

  it.each([
    ['of another system', { config: { os: 'windows' } }, 'image/unsupported', 'one for windows found'],
    [
      'with foreign layers',
      { layer: { mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip' } },
      'image/unsupported',
      'keeps elsewhere',
    ],
    [
      'with non-distributable layers',
      { layer: { mediaType: `${OCI}.layer.nondistributable.v1.tar+gzip` } },
      'image/unsupported',
      'keeps elsewhere',
    ],
    [
      'with encrypted layers',
      { layer: { mediaType: `${OCI}.layer.v1.tar+gzip+encrypted` } },
      'image/unsupported',
      '+encrypted found',
    ],
    ['that is a chart', { configType: 'application/vnd.cncf.helm.config.v1+json' }, 'image/unsupported', 'an artifact'],
    ['without digests of its layers', { config: { rootfs: {} } }, 'image/malformed', '0 found'],
  ])('refuses an image %s', async (_, change, code, message) => {
    await expect(resolve(storeOf(change))).rejects.toMatchObject({ code, message: expect.stringContaining(message) })
  })

  it('asks of an image without an index, too, whether it is for the architecture', async () => {
    await expect(resolve(storeOf(), 'arm64')).rejects.toMatchObject({ code: 'image/no-architecture' })
    await expect(resolve(storeOf({ config: { architecture: undefined } }), 'arm64')).resolves.toMatchObject({
      image: { architecture: 'arm64' },
    })
  })

  it('follows indexes of indexes, but not for ever', async () => {
    const made = storeOf()
    let { root } = made
    for (let depth = 1; depth <= 4; depth++) {
      root = made.json({ schemaVersion: 2, manifests: [root] }, `${OCI}.index.v1+json`)
      const resolved = resolve({ ...made, root })
      if (depth < 4) await expect(resolved).resolves.toBeDefined()
      else await expect(resolved).rejects.toMatchObject({ code: 'image/malformed' })
    }
  })
})
