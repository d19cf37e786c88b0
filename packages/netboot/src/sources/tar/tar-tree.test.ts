import { gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { memorySource } from '../../bytes/memory-source.js'
import { type TarTreeOptions, tarTree } from './tar-tree.js'
import { archiveOf } from './testing/archive.js'

async function pathsOf(bytes: Uint8Array, options: TarTreeOptions = {}): Promise<string[]> {
  const paths: string[] = []
  for await (const { type, path } of tarTree(memorySource('root.tar', bytes), options)) paths.push(`${type} ${path}`)
  return paths
}

const archive = archiveOf([
  { path: './', type: 'directory' },
  { path: 'etc/.wh.a', content: 'x' },
])

describe('tarTree', () => {
  it.each([
    ['plain', archive],
    ['gzip', gzipSync(archive)],
    ['zstd', zstdCompressSync(archive)],
  ])('reads a root file system from a %s archive, in which whiteouts are files', async (_, bytes) => {
    expect(await pathsOf(bytes)).toEqual(['file /etc/.wh.a', 'directory /'])
  })

  it('names the compression that it does not know', async () => {
    await expect(pathsOf(Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0))).rejects.toMatchObject({
      code: 'compression/unsupported',
      message: 'root.tar: gzip, zstd or no compression expected, xz found.',
    })
  })

  it('takes the last of two members of one path, when it may look through the archive first', async () => {
    const appended = archiveOf([{ path: 'etc/name' }, { path: 'etc', type: 'symlink', target: 'x' }])
    await expect(pathsOf(appended)).rejects.toMatchObject({ code: 'layers/needs-survey' })
    expect(await pathsOf(appended, { survey: true })).toEqual(['symlink /etc'])
  })

  it('refuses what is no archive, or an empty one', async () => {
    await expect(pathsOf(Buffer.from('not a tar archive at all'))).rejects.toMatchObject({ code: 'tar/damaged' })
    await expect(pathsOf(new Uint8Array(1024))).rejects.toMatchObject({ code: 'tar/damaged' })
  })
})
