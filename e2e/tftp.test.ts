import { createHash, randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { memorySource } from '@kairos-sdk/netboot'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTftpServer, type TftpEvent, type TftpServer } from '../packages/netboot/src/servers/tftp/index.js'
import { requirement } from './requirements.js'
import { runProgram } from './run-program.js'
import { temporaryDirectory } from './temporary.js'

const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** Bytes of a file; the last is larger than 65,535 blocks of 512. */
const FILES: Readonly<Record<string, Uint8Array>> = {
  empty: new Uint8Array(0),
  'one byte': randomBytes(1),
  'whole blocks': randomBytes(512 * 40),
  'whole large blocks': randomBytes(1_432 * 64 * 3),
  'ipxe.efi': randomBytes(850_528),
  'many blocks': randomBytes(40 * 1024 * 1024 + 7),
}

let directory: Awaited<ReturnType<typeof temporaryDirectory>>
let server: TftpServer
let events: TftpEvent[]
let port = ''

beforeAll(async () => {
  directory = await temporaryDirectory()
  server = createTftpServer({
    resolve: (name) => (Object.hasOwn(FILES, name) ? memorySource(name, FILES[name] ?? '') : undefined),
    addresses: ['127.0.0.1'],
    port: 0,
  })
  server.on((event) => events.push(event))
  await server.start()
  port = `${server.endpoints[0]?.port}`
})
afterAll(async () => {
  await server.stop()
  await directory.remove()
})

/** Fetches a file and compares it. */
async function fetchWith(program: string, name: string, args: (output: string) => string[]): Promise<TftpEvent> {
  events = []
  const output = join(directory.path, `${name} by ${program}`)
  const { code, output: said } = await runProgram(program, args(output))
  expect(code, said).toBe(0)
  const content = await readFile(output).catch(() => new Uint8Array(0))
  expect(digest(content)).toBe(digest(FILES[name] ?? content))
  return ended()
}

/** How the server saw the end of the transfer: that may follow the end of the client. */
function ended(): Promise<TftpEvent> {
  const isEnd = ({ type }: TftpEvent) => type !== 'started'
  const found = events.find(isEnd)
  if (found) return Promise.resolve(found)
  return new Promise((resolve) => {
    const off = server.on((event) => {
      if (!isEnd(event)) return
      off()
      resolve(event)
    })
  })
}

const names = Object.keys(FILES)

describe.skipIf(requirement(['curl']))('curl', () => {
  const get = (name: string, ...options: string[]) =>
    fetchWith('curl', name, (output) => [
      ...['-sS', ...options, '-o', output],
      `tftp://127.0.0.1:${port}/${encodeURIComponent(name)}`,
    ])

  // curl 7.88 fails on empty files, whoever serves them: it asks for the peer of a socket that has none yet.
  it.each(names.filter((name) => name !== 'empty'))('gets the file "%s"', async (name) => {
    expect(await get(name)).toMatchObject({ type: 'sent', bytes: FILES[name]?.length, acknowledged: true })
  })

  it.each(['8', '1432', '65464'])('gets a file in blocks of %s bytes', async (blockSize) => {
    await get('ipxe.efi', '--tftp-blksize', blockSize)
    expect(events[0]).toMatchObject({ type: 'started', blockSize: Number(blockSize) })
  })

  it('gets a file without options', async () => {
    await get('whole blocks', '--tftp-no-options')
    expect(events[0]).toMatchObject({ blockSize: 512, windowSize: 1 })
  })

  it('is told that a file does not exist, whatever its name', async () => {
    for (const name of ['..%2f..%2fetc%2fpasswd', '%2fetc%2fpasswd', 'constructor', 'ipxe.efi%00']) {
      events = []
      const { code } = await runProgram('curl', ['-sS', `tftp://127.0.0.1:${port}/${name}`])
      expect(code).not.toBe(0)
      expect(events.some(({ type }) => type === 'started')).toBe(false)
    }
  })

  it('cannot write', async () => {
    events = []
    const { code } = await runProgram('curl', ['-sS', '-T', '/etc/hostname', `tftp://127.0.0.1:${port}/x`])
    expect(code).not.toBe(0)
    expect(events).toMatchObject([{ type: 'refused', name: 'x', reason: 'read-only' }])
  })
})

describe.skipIf(requirement(['atftp']))('atftp', () => {
  const get = (name: string, ...options: string[]) =>
    fetchWith('atftp', name, (output) => [
      ...options.flatMap((option) => ['--option', option]),
      ...['--get', '-r', name, '-l', output, '127.0.0.1', port],
    ])

  it.each(names)('gets the file "%s"', async (name) => {
    expect(await get(name)).toMatchObject({ type: 'sent', bytes: FILES[name]?.length })
  })

  it.each([4, 16, 64])('gets files in windows of %i blocks', async (windowSize) => {
    for (const name of ['empty', 'whole large blocks', 'ipxe.efi']) {
      await get(name, `windowsize ${windowSize}`, 'blksize 1432', 'tsize enable')
      expect(events[0]).toMatchObject({ type: 'started', windowSize, blockSize: 1432 })
    }
  })

  it('gets a file whose block numbers wrap within windows', async () => {
    await get('many blocks', 'windowsize 16')
    expect(events[0]).toMatchObject({ type: 'started', windowSize: 16, blockSize: 512 })
  })

  it('is told that a file does not exist', async () => {
    const { output } = await runProgram('atftp', ['--get', '-r', 'nothing', '-l', '/dev/null', '127.0.0.1', port])
    expect(output).toContain('File not found')
  })
})

describe.skipIf(requirement(['tftp']))('tftp-hpa', () => {
  const get = (name: string) =>
    fetchWith('tftp', name, (output) => ['-m', 'binary', '127.0.0.1', port, '-c', 'get', name, output])

  it.each(names.filter((name) => !name.includes(' ')))('gets the file "%s"', async (name) => {
    expect(await get(name)).toMatchObject({ type: 'sent', bytes: FILES[name]?.length })
  })

  it('is told that text mode is not served', async () => {
    const args = ['-m', 'netascii', '127.0.0.1', port, '-c', 'get', 'ipxe.efi', '/dev/null']
    const { output } = await runProgram('tftp', args)
    expect(output).toContain('Only mode octet (binary) is served')
  })
})

describe.skipIf(requirement(['atftp']))('a rack', () => {
  it('gets its firmware all at once', async () => {
    events = []
    const fetches = Array.from({ length: 30 }, async (_, index) => {
      const output = join(directory.path, `rack ${index}`)
      const options = ['--option', 'blksize 1432', '--option', 'windowsize 16']
      await runProgram('atftp', [...options, '--get', '-r', 'ipxe.efi', '-l', output, '127.0.0.1', port])
      return digest(await readFile(output))
    })
    expect(new Set(await Promise.all(fetches))).toEqual(new Set([digest(FILES['ipxe.efi'] ?? new Uint8Array(0))]))
  })
})
