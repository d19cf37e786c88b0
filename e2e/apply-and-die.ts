/**
 * Applies a change to an image in place and is killed in the middle of it, as by a power cut.
 *
 *     node --import tsx apply-and-die.ts IMAGE FILES
 *
 * Files are written one after the other; reading the content of file number FILES kills the process.
 */
import { fileSource } from '../packages/netboot/src/bytes/file-source.js'
import { memorySource } from '../packages/netboot/src/bytes/memory-source.js'
import { applyInPlace, remaster } from '../packages/netboot/src/media/iso/index.js'

const [path = '', count = '0'] = process.argv.slice(2)
let read = 0
const deadly = (name: string) => {
  const source = memorySource(name, new Uint8Array(40_000).fill(0x55))
  return {
    ...source,
    read: (offset: number, length: number) => {
      if (read++ === Number(count)) process.kill(process.pid, 'SIGKILL')
      return source.read(offset, length)
    },
  }
}
const names = Array.from({ length: 30 }, (_, number) => `/file number ${number}`)
const files = new Map(names.map((name) => [name, deadly(name)]))
await applyInPlace(await remaster(await fileSource(path), { files }), path)
