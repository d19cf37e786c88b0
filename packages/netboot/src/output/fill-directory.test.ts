import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fillDirectory } from './fill-directory.js'
import { workDirectoryOf } from './work-beside.js'

let parent: string
let path: string
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'fill-directory-'))
  path = join(parent, 'out')
})
afterEach(() => rm(parent, { recursive: true }))

const all = async () => (await readdir(parent, { recursive: true })).sort()
const refused = { code: 'output/not-writable', message: expect.stringContaining('a new or empty directory expected') }

/** Makes `a/file` and `b`. */
async function fill(tree: string): Promise<string> {
  await mkdir(join(tree, 'a'))
  await writeFile(join(tree, 'a/file'), 'content')
  await writeFile(join(tree, 'b'), '')
  return 'filled'
}

describe.each(['new', 'empty'])('fillDirectory of a %s directory', (kind) => {
  beforeEach(async () => {
    if (kind === 'empty') await mkdir(path)
  })
  const before = () => (kind === 'empty' ? ['out'] : [])

  it('shows what is in it when all is there, and leaves nothing else', async () => {
    const filling = fillDirectory(path, async (tree) => {
      const result = await fill(tree)
      expect((await readdir(path).catch(() => [])).filter((name) => !name.startsWith('.'))).toEqual([])
      return result
    })
    expect(await filling).toBe('filled')
    expect(await all()).toEqual(['out', 'out/a', 'out/a/file', 'out/b'].map((name) => join(name)))
    expect(await readFile(join(path, 'a/file'), 'utf8')).toBe('content')
  })

  it('leaves it as it was when it fails or is stopped', async () => {
    const stop = new AbortController()
    const failing = fillDirectory(path, async (tree) => {
      await fill(tree)
      throw Object.assign(new Error('full'), { code: 'ENOSPC' })
    })
    await expect(failing).rejects.toMatchObject({
      code: 'output/no-space',
      message: `Cannot write ${path}: the disk is full.`,
    })
    const stopped = fillDirectory(path, async (tree) => stop.abort(await fill(tree)), { signal: stop.signal })
    await expect(stopped).rejects.toMatchObject({ code: 'aborted' })
    expect(await all()).toEqual(before())
  })

  it('removes what a process has left that was killed', async () => {
    const left = workDirectoryOf(kind === 'new' ? path : join(path, 'content'))
    await mkdir(left, { mode: 0o700 })
    await mkdir(join(left, 'work/tree/half'), { recursive: true })
    await fillDirectory(path, fill)
    expect((await readdir(path)).sort()).toEqual(['a', 'b'])
    expect(await readdir(parent)).toEqual(['out'])
  })

  it('is filled by one of two who come at once; the other mixes nothing', async () => {
    let inside = 0
    const work = async (tree: string) => {
      expect(++inside).toBe(1)
      return await fill(tree)
    }
    const outcomes = await Promise.allSettled([fillDirectory(path, work), fillDirectory(path, work)])
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    const [reason] = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))
    expect(reason).toMatchObject(refused)
    expect((await readdir(path)).sort()).toEqual(['a', 'b'])
  })

  it.skipIf(process.platform === 'win32')('moves directories that let nobody write, and leaves them so', async () => {
    await fillDirectory(path, async (tree) => {
      await fill(tree)
      await chmod(join(tree, 'a'), 0o500)
      await chmod(tree, 0o500)
    })
    expect((await stat(join(path, 'a'))).mode & 0o777).toBe(0o500)
    await chmod(path, 0o700)
    await chmod(join(path, 'a'), 0o700)
    expect(await readFile(join(path, 'a/file'), 'utf8')).toBe('content')
  })

  it.runIf(process.platform === 'linux')('keeps names that are not UTF-8', async () => {
    await fillDirectory(path, (tree) => writeFile(Buffer.concat([Buffer.from(`${tree}/caf`), Buffer.of(0xe9)]), ''))
    expect((await readdir(path, 'latin1')).map(String)).toEqual(['caf\xe9'])
  })
})

describe('fillDirectory', () => {
  it.each(['.', './', ''])(
    'keeps the directory that is there: a shell or a mount may be in it (out/%s)',
    async (end) => {
      await mkdir(path)
      const { ino } = await stat(path, { bigint: true })
      await fillDirectory(`${path}/${end}`, fill)
      expect((await stat(path, { bigint: true })).ino).toBe(ino)
      expect((await readdir(path)).sort()).toEqual(['a', 'b'])
    },
  )

  it('fills where a link leads', async () => {
    await mkdir(path)
    await symlink(path, join(parent, 'link'), 'junction')
    await fillDirectory(join(parent, 'link'), fill)
    expect((await readdir(path)).sort()).toEqual(['a', 'b'])
  })

  it('refuses a directory with files, also those that come meanwhile, and a file', async () => {
    await mkdir(path)
    const meanwhile = fillDirectory(path, async (tree) => {
      await fill(tree)
      await writeFile(join(path, 'b'), 'mine')
    })
    await expect(meanwhile).rejects.toMatchObject(refused)
    await expect(fillDirectory(path, fill)).rejects.toMatchObject(refused)
    await expect(fillDirectory(join(path, 'b'), fill)).rejects.toMatchObject(refused)
    expect(await all()).toEqual(['out', join('out', 'b')])
    expect(await readFile(join(path, 'b'), 'utf8')).toBe('mine')
  })

  it('takes everything back when one of the names cannot be given', async () => {
    await mkdir(path)
    const filling = fillDirectory(path, async (tree) => {
      await fill(tree)
      // The name of the directory that the work is in.
      await writeFile(join(tree, '.content.part'), '')
      await writeFile(join(tree, '!first'), '')
    })
    await expect(filling).rejects.toMatchObject({ name: 'KairosError' })
    expect(await all()).toEqual(['out'])
  })
})
