import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import type { ByteSource } from '../../bytes/byte-source.js'
import { fileSource } from '../../bytes/file-source.js'
import { memorySource } from '../../bytes/memory-source.js'
import { createHttpServer } from './http-server.js'

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

// Before the other one, which leaves many buffers.
it('takes the buffer of a client that left for the next one', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'kairos-http-'))
  const server = createHttpServer({ address: '127.0.0.1', port: 0 })
  await server.start()
  const allocate = vi.spyOn(Buffer, 'allocUnsafeSlow')
  try {
    const path = join(directory, 'file')
    await writeFile(path, Buffer.alloc(32 * 2 ** 20))
    const { url } = server.register(await fileSource(path), { name: 'file' })
    for (let round = 0; round < 10; round++) {
      const failed = new Promise((resolve) => server.on((event) => event.type === 'failed' && resolve(event)))
      const leave = new AbortController()
      const response = await fetch(url(`http://127.0.0.1:${server.port}`), { signal: leave.signal })
      await response.body?.getReader().read()
      leave.abort()
      await failed
    }
    expect(allocate.mock.calls.filter(([size]) => size === 512 * 1024).length).toBeLessThanOrEqual(1)
  } finally {
    allocate.mockRestore()
    await server.stop()
    await rm(directory, { recursive: true })
  }
})

it('gives each of many clients its own file, while others break off and leave their buffers', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'kairos-http-'))
  const server = createHttpServer({ address: '127.0.0.1', port: 0 })
  await server.start()
  try {
    const files = await Promise.all(
      [3_000_001, 512 * 1024, 700_000, 1].map(async (length, index) => {
        const content = randomBytes(length)
        const path = join(directory, `file-${index}`)
        await writeFile(path, content)
        const { url } = server.register(await fileSource(path), { name: `file-${index}` })
        return { content, url: url(`http://127.0.0.1:${server.port}`) }
      }),
    )
    const fetchAll = async (url: string) => sha256(new Uint8Array(await (await fetch(url)).arrayBuffer()))
    const breakOff = async (url: string) => {
      const leave = new AbortController()
      const response = await fetch(url, { signal: leave.signal })
      await response.body?.getReader().read()
      leave.abort()
    }
    const everything = Array.from({ length: 80 }, async (_, index) => {
      const { content, url } = files[index % files.length] ?? { content: randomBytes(0), url: '' }
      if (index % 5 === 0) await breakOff(url)
      else expect(await fetchAll(url)).toBe(sha256(content))
    })
    await Promise.all(everything)
    // The buffers of before, with what they had in them.
    for (const { content, url } of files) expect(await fetchAll(url)).toBe(sha256(content))
  } finally {
    await server.stop()
    await rm(directory, { recursive: true })
  }
})

it('tells of a file before that of the next one, however long it takes to close', async () => {
  const server = createHttpServer({ address: '127.0.0.1', port: 0 })
  await server.start()
  try {
    const content = Buffer.from('content')
    const closing = Promise.withResolvers<void>()
    const slow: ByteSource = {
      ...memorySource('slow', content),
      openForReading: async () => ({
        readInto: async (into) => void into.set(content),
        verify: async () => {},
        close: () => closing.promise,
      }),
    }
    const told: string[] = []
    server.on((event) => event.type === 'sent' && told.push(event.name))
    for (const source of [slow, memorySource('next', content)]) {
      const { url } = server.register(source, { name: source.name })
      expect(await (await fetch(url(`http://127.0.0.1:${server.port}`))).text()).toBe('content')
    }
    expect(told[0]).toBe('slow')
    closing.resolve()
  } finally {
    await server.stop()
  }
})
