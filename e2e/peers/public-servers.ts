/**
 * Servers of the internet, on one machine: files of any host below `DIRECTORY/HOST`, and registries, which are all the one on
 * port 5000. Prints `ready`.
 *
 *     node public-servers.ts DIRECTORY KEY CERTIFICATE REGISTRY...
 */
import { readFile } from 'node:fs/promises'
import { type IncomingMessage, request, type ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import { join } from 'node:path'

const [directory = '', key = '', certificate = '', ...registries] = process.argv.slice(2)

function passOn(incoming: IncomingMessage, response: ServerResponse): void {
  const { method, url, headers } = incoming
  const forwarded = request({ port: 5000, method, path: url, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(response)
  })
  forwarded.on('error', () => response.destroy())
  incoming.pipe(forwarded)
}

const server = createServer({ key: await readFile(key), cert: await readFile(certificate) }, (incoming, response) => {
  const { host = '', pathname } = new URL(incoming.url ?? '/', `https://${incoming.headers.host}`)
  if (registries.includes(host)) return passOn(incoming, response)
  readFile(join(directory, host, decodeURIComponent(pathname))).then(
    (content) => response.writeHead(200, { 'content-length': content.length }).end(content),
    () => response.writeHead(404).end('Not Found'),
  )
})
server.listen(443, () => console.log('ready'))
