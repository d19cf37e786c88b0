import { KairosError } from '@kairos-sdk/core'
import { fileSource } from '../../bytes/index.js'
import { openArchive } from '../archive/open-archive.js'
import { indexTar } from '../archive/tar-index.js'
import { storeTemporarily } from '../archive/temporary-file.js'
import { formatArchitecture, type ImageArchitecture, rankOf } from '../image/architecture.js'
import type { ImageOperationOptions } from '../image/image-event.js'
import { type OpenedImage, openedImage } from '../image/opened-image.js'
import { type EngineAddress, engineAddresses } from './engine-address.js'
import { createEngineClient, type EngineClient, type EngineImage } from './engine-client.js'
import { nearestNames } from './nearest.js'

export interface OpenEngineImageOptions extends ImageOperationOptions {
  /** What the image was asked for by. */
  readonly name: string
  readonly architecture?: ImageArchitecture | undefined
  /** Where the image is put while it is used: engines give the layers in another order than they are merged in. */
  readonly temporaryDirectory: string
  /** Default: what the environment says, or else where Docker and Podman put their sockets. */
  readonly addresses?: readonly EngineAddress[] | undefined
}

/**
 * Opens an image that Docker or Podman has (Docker Engine API, "Export an image"). The first engine that has it counts.
 *
 * @throws KairosError `engine/not-running` (lists what was tried), `engine/not-permitted`, `engine/failed`,
 *   `image/not-found` (with names that are near), `image/no-architecture`, `image/*`, `tar/damaged`, `output/*`, `aborted`
 */
export async function openEngineImage(image: string, options: OpenEngineImageOptions): Promise<OpenedImage> {
  const { name, signal, onProgress, architecture } = options
  const { engine, found } = await findImage(image, options)
  checkArchitecture(found, image, options)
  const message = `Reading ${image} from the container engine at ${engine.address.name}`
  const total = found.Size ?? undefined
  const tell = (done: number) => {
    // Engines count without the archive around the layers.
    const of = total === undefined || done > total ? {} : { total }
    onProgress?.({ phase: 'export', message, done, unit: 'bytes', ...of })
  }
  tell(0)
  const temporary = await storeTemporarily(engine.export(image), options.temporaryDirectory, { signal, onBytes: tell })
  try {
    const archive = { ...(await fileSource(temporary.path)), name: `the export of ${image}` }
    const files = await indexTar(archive, { signal })
    const opened = await openArchive(files, 'docker', { name, architecture, signal })
    return openedImage(opened, temporary.remove)
  } catch (error) {
    await temporary.remove()
    throw error
  }
}

async function findImage(
  image: string,
  { signal, addresses }: OpenEngineImageOptions,
): Promise<{ engine: EngineClient; found: EngineImage }> {
  const tried: KairosError[] = []
  const answering: EngineClient[] = []
  const places = addresses ?? engineAddresses(process.env)
  for (const address of places) {
    const engine = createEngineClient(address, signal)
    try {
      const found = await engine.inspect(image)
      if (found) return { engine, found }
      answering.push(engine)
    } catch (error) {
      if (!KairosError.is(error) || (error.code !== 'engine/not-running' && error.code !== 'engine/not-permitted'))
        throw error
      tried.push(error)
    }
  }
  if (answering.length > 0) throw await noSuchImage(image, answering)
  const forbidden = tried.find(({ code }) => code === 'engine/not-permitted')
  if (forbidden) throw forbidden
  throw new KairosError(
    'engine/not-running',
    `Docker or Podman expected, none found at ${places.map(({ name }) => name).join(', ')}.`,
    {
      hint: 'Start one, name its socket in DOCKER_HOST, or leave docker:// out to read the image from its registry.',
      cause: tried[0],
    },
  )
}

async function noSuchImage(image: string, engines: readonly EngineClient[]): Promise<KairosError> {
  const names = (await Promise.all(engines.map((engine) => engine.names()))).flat()
  const near = nearestNames(image, names)
  const alike = near.length === 0 ? '' : ` Or did you mean ${near.join(', ')}?`
  const where = engines.map(({ address }) => address.name).join(', ')
  return new KairosError('image/not-found', `The container engine at ${where} has no image ${image}.`, {
    hint: `Get it first: docker pull ${image}, or leave docker:// out.${alike}`,
  })
}

/** Asked before gigabytes are written. */
function checkArchitecture(
  { Architecture, Variant }: EngineImage,
  image: string,
  { architecture: wanted, name }: OpenEngineImageOptions,
): void {
  if (!wanted || !Architecture) return
  const found = { architecture: Architecture, variant: Variant || undefined }
  const asked = found.variant === undefined ? { architecture: wanted.architecture } : wanted
  if (rankOf(found, asked) !== undefined) return
  throw new KairosError(
    'image/no-architecture',
    `${name}: an image for ${formatArchitecture(wanted)} expected, ${formatArchitecture(found)} found.`,
    { hint: `Get it for that: docker pull --platform linux/${formatArchitecture(wanted)} ${image}` },
  )
}
