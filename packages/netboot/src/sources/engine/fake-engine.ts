import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'

/** What an engine in a test knows of an image. */
export interface FakeImage {
  readonly inspect: Readonly<Record<string, unknown>>
  readonly archive?: Uint8Array
}

/** The few calls of the Docker Engine API that images are read by, on a socket; answers are those that Docker 20.10 gives. */
export async function startFakeEngine(
  path: string,
  images: Readonly<Record<string, FakeImage>>,
  instead?: RequestListener,
) {
  const asked: string[] = []
  const server = createServer((incoming, outgoing) => {
    const url = decodeURIComponent(incoming.url ?? '')
    asked.push(url)
    if (instead) return instead(incoming, outgoing)
    const json = (status: number, value: unknown) => {
      outgoing.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
    }
    if (url === '/images/json') return json(200, [{ RepoTags: Object.keys(images) }, { RepoTags: ['<none>:<none>'] }])
    const [, name = '', what] = /^\/images\/(.+)\/(json|get)$/.exec(url) ?? []
    const image = images[name]
    if (!image) return json(404, { message: `No such image: ${name}` })
    if (what === 'json') return json(200, { Id: 'sha256:0', ...image.inspect })
    if (!image.archive) return json(500, { message: 'open /var/lib/docker/x: no such file or directory' })
    outgoing.writeHead(200, { 'content-type': 'application/x-tar' }).end(image.archive)
  })
  server.listen(path)
  await once(server, 'listening')
  return {
    address: { name: path, target: { kind: 'socket', path } } as const,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
