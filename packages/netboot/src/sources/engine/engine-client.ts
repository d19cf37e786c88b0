import type { IncomingMessage } from 'node:http'
import { KairosError, throwIfAborted, translateError } from '@kairos-sdk/core'
import * as z from 'zod/v4/mini'
import type { EngineAddress } from './engine-address.js'
import { engineRequest } from './engine-request.js'

const MAX_ANSWER_BYTES = 16 * 2 ** 20
const MAX_MESSAGE_LENGTH = 200

const imageSchema = z.object({
  Id: z.string(),
  Architecture: z.nullish(z.string()),
  Variant: z.nullish(z.string()),
  Os: z.nullish(z.string()),
  Size: z.nullish(z.number()),
})
const listSchema = z.array(z.object({ RepoTags: z.nullish(z.array(z.string())) }))
const errorSchema = z.object({ message: z.string() })

/** What an engine knows of an image. */
export type EngineImage = z.infer<typeof imageSchema>

/** The Docker Engine API as far as images are read through it; Podman speaks it too. */
export interface EngineClient {
  readonly address: EngineAddress
  /** @returns `undefined` when the engine has no such image. @throws KairosError `engine/*`, `aborted` */
  inspect(image: string): Promise<EngineImage | undefined>
  /** Names of all images with tags. @throws KairosError `engine/*`, `aborted` */
  names(): Promise<string[]>
  /** The image as an archive of `docker save`. @throws KairosError `engine/*`, `aborted`; while reading too */
  export(image: string): AsyncIterable<Uint8Array>
}

export function createEngineClient(address: EngineAddress, signal?: AbortSignal): EngineClient {
  const doing = `Cannot ask the container engine at ${address.name}`

  async function get(path: string): Promise<IncomingMessage> {
    throwIfAborted(signal, doing)
    try {
      return await engineRequest(address, path, signal)
    } catch (error) {
      throwIfAborted(signal, doing)
      throw connectionError(error, address, doing)
    }
  }

  async function getJson<Schema extends z.ZodMiniType>(path: string, schema: Schema) {
    const response = await get(path)
    try {
      const bytes = await readAll(response, doing)
      const json: unknown = JSON.parse(bytes.toString('utf8'))
      if (response.statusCode === 404) return undefined
      if (response.statusCode !== 200) throw refusal(response.statusCode, json, doing)
      return schema.parse(json) as z.output<Schema>
    } catch (error) {
      throwIfAborted(signal, doing)
      if (KairosError.is(error)) throw error
      throw new KairosError('engine/failed', `${doing}: an answer of the Docker API expected, something else found.`, {
        hint: 'Is this the socket of Docker or Podman?',
        cause: error,
      })
    }
  }

  return {
    address,
    inspect: (image) => getJson(`/images/${pathOf(image)}/json`, imageSchema),
    async names() {
      const images = (await getJson('/images/json', listSchema)) ?? []
      return images.flatMap(({ RepoTags }) => RepoTags ?? []).filter((name) => name !== '<none>:<none>')
    },
    async *export(image) {
      const response = await get(`/images/${pathOf(image)}/get`)
      try {
        if (response.statusCode !== 200) {
          const bytes = await readAll(response, doing)
          throw refusal(response.statusCode, parsed(bytes), doing)
        }
        for await (const chunk of response) yield chunk as Uint8Array
      } catch (error) {
        throwIfAborted(signal, doing)
        throw translateError(error, `Cannot read ${image} from the container engine`, 'engine/failed')
      } finally {
        response.destroy()
      }
    },
  }
}

/** The slashes of a name are those of the path. */
function pathOf(image: string): string {
  return image.split('/').map(encodeURIComponent).join('/')
}

async function readAll(response: IncomingMessage, doing: string): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > MAX_ANSWER_BYTES) {
      throw new KairosError('engine/failed', `${doing}: at most ${MAX_ANSWER_BYTES} bytes expected, more found.`)
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return undefined
  }
}

function refusal(status: number | undefined, json: unknown, doing: string): KairosError {
  const { data } = errorSchema.safeParse(json)
  const words = data?.message.replace(/[^\x20-\x7e]+/g, ' ').slice(0, MAX_MESSAGE_LENGTH)
  return new KairosError(
    'engine/failed',
    `${doing}: status 200 expected, ${status} found.${words ? ` It says: ${words}` : ''}`,
  )
}

/** An engine that is not there is one thing, and one that may not be used is another. */
export function connectionError(error: unknown, address: EngineAddress, doing: string): KairosError {
  const translated = translateError(error, doing, 'engine/failed')
  if (translated.code === 'aborted') return translated
  if (translated.code === 'input/not-permitted') {
    const isPodman = address.name.includes('podman')
    return new KairosError('engine/not-permitted', `${address.name}: a socket that we may use expected, none found.`, {
      hint: isPodman
        ? 'Run as root, or use the engine of your own user: systemctl --user start podman.socket'
        : 'Run as root, or put your user into the group docker: sudo usermod -aG docker $USER (then log in again).',
      cause: error,
    })
  }
  if (translated.code === 'input/not-found' || translated.code === 'input/unreachable') {
    return new KairosError('engine/not-running', translated.message, {
      hint: 'Start Docker or Podman, or name its socket in DOCKER_HOST.',
      cause: error,
    })
  }
  return translated
}
