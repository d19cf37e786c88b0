import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { FileSystemEntry } from '../../../file-system/entry.js'
import { writeTar } from '../../tar/index.js'

/** Makes an OCI image layout of layers, the lowest first, with nothing but Node. */
export async function writeOciLayout(
  directory: string,
  layers: readonly (readonly FileSystemEntry[])[],
): Promise<void> {
  const blobs = join(directory, 'blobs/sha256')
  await mkdir(blobs, { recursive: true })
  const put = async (mediaType: string, content: Uint8Array | string) => {
    const bytes = Buffer.from(content)
    const hex = sha256(bytes)
    await writeFile(join(blobs, hex), bytes)
    return { mediaType: `application/vnd.oci.image.${mediaType}`, digest: `sha256:${hex}`, size: bytes.length }
  }
  const diffIds: string[] = []
  const descriptors: object[] = []
  for (const entries of layers) {
    const parts: Uint8Array[] = []
    for await (const chunk of writeTar(entries)) parts.push(chunk)
    const tar = Buffer.concat(parts)
    diffIds.push(`sha256:${sha256(tar)}`)
    descriptors.push(await put('layer.v1.tar+gzip', gzipSync(tar)))
  }
  const rootfs = { type: 'layers', diff_ids: diffIds }
  const config = await put('config.v1+json', JSON.stringify({ architecture: 'amd64', os: 'linux', config: {}, rootfs }))
  const manifest = await put('manifest.v1+json', JSON.stringify({ schemaVersion: 2, config, layers: descriptors }))
  await writeFile(join(directory, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [manifest] }))
  await writeFile(join(directory, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}')
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
