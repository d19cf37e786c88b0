/**
 * Serves the files below a directory over HTTP, as a mirror of the releases does. Prints `ready`.
 *
 *     node release-files.ts DIRECTORY PORT
 */
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'

const [directory = '', port = ''] = process.argv.slice(2)

const server = createServer((request, response) => {
  readFile(join(directory, decodeURIComponent(new URL(request.url ?? '/', 'http://mirror').pathname))).then(
    (content) => response.writeHead(200, { 'content-length': content.length, etag: '"1"' }).end(content),
    () => response.writeHead(404).end('Not Found'),
  )
})
server.listen(Number(port), () => console.log('ready'))
