import { beforeAll, describe, expect, it } from 'vitest'
import { readFully } from '../../../bytes/byte-source.js'
import { memorySource } from '../../../bytes/memory-source.js'
import { memorySink, openSquashfs, type SquashfsImage, writeSquashfs } from '../index.js'

const date = new Date('2024-05-06T07:08:09Z')

let image: SquashfsImage
beforeAll(async () => {
  const sink = memorySink()
  const entries = [
    { type: 'file', path: '/usr/lib/modules/6.1/vmlinuz', source: memorySource('kernel', 'kernel') },
    { type: 'symlink', path: '/boot/vmlinuz', target: '../usr/lib/modules/current/vmlinuz' },
    { type: 'symlink', path: '/usr/lib/modules/current', target: '/usr/lib/modules/6.1' },
    { type: 'symlink', path: '/boot/outside', target: '../../../../../boot/vmlinuz' },
    { type: 'symlink', path: '/circle', target: 'circle' },
    { type: 'symlink', path: '/dangling', target: 'nowhere' },
    { type: 'fifo', path: '/fifo' },
  ] as const
  await writeSquashfs(entries, sink, { date })
  // As in a partition: more behind the image.
  image = await openSquashfs(memorySource('root.squashfs', Buffer.concat([sink.bytes, Buffer.alloc(10_000)])))
})

const names = async (path: string) => {
  const found: string[] = []
  for await (const entry of image.list(path)) found.push(`${entry.type} ${entry.path}`)
  return found
}

describe('an image', () => {
  it('lists a directory in order, links on the way to it followed', async () => {
    expect(await names('/')).toEqual([
      'directory /boot',
      'symlink /circle',
      'symlink /dangling',
      'fifo /fifo',
      'directory /usr',
    ])
    expect(await names('/usr/lib/modules/current')).toEqual(['file /usr/lib/modules/6.1/vmlinuz'])
  })

  it.each(['/boot/vmlinuz', 'boot//./vmlinuz', '/usr/../boot/vmlinuz', '/boot/outside', '/../../boot/vmlinuz'])(
    'follows links, never out of itself: %s',
    async (path) => {
      expect(await image.stat(path)).toMatchObject({ path: '/usr/lib/modules/6.1/vmlinuz', type: 'file', size: 6 })
      const kernel = await image.open(path)
      expect(Buffer.from(await readFully(kernel, 0, 6)).toString()).toBe('kernel')
    },
  )

  it('shows a link itself when asked', async () => {
    expect(await image.stat('/circle', { followLinks: false })).toMatchObject({ type: 'symlink', target: 'circle' })
    expect(await image.readlink('/boot/vmlinuz')).toBe('../usr/lib/modules/current/vmlinuz')
  })

  it.each(['/nothing', '/circle', '/dangling', '/fifo/x', '/boot/vmlinuz/x'])('does not find %s', async (path) => {
    await expect(image.stat(path)).rejects.toMatchObject({ code: 'squashfs/not-found' })
  })

  it('says what was found instead of what was asked for', async () => {
    await expect(image.open('/usr')).rejects.toMatchObject({ code: 'input/is-a-directory' })
    await expect(image.open('/fifo')).rejects.toThrow('root.squashfs: /fifo: a file expected, fifo found.')
    await expect(image.readlink('/usr')).rejects.toThrow('/usr: a symbolic link expected, directory found.')
    await expect(names('/fifo')).rejects.toThrow('/fifo: a directory expected, fifo found.')
  })

  it('can be walked from any directory, and be stopped', async () => {
    const found: string[] = []
    for await (const { path } of image.walk('/usr/lib')) found.push(path)
    expect(found).toEqual([
      '/usr/lib/modules',
      '/usr/lib/modules/6.1',
      '/usr/lib/modules/6.1/vmlinuz',
      '/usr/lib/modules/current',
    ])
    const walking = image.walk('/', { signal: AbortSignal.abort() })[Symbol.asyncIterator]()
    await expect(walking.next()).rejects.toMatchObject({ code: 'aborted' })
  })

  it('without extended attributes has none', async () => {
    expect(await image.xattrs('/fifo')).toEqual(new Map())
  })
})
