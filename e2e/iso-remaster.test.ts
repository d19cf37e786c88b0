import { createHash } from 'node:crypto'
import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ByteSource, readFully } from '../packages/netboot/src/bytes/byte-source.js'
import { fileSource } from '../packages/netboot/src/bytes/file-source.js'
import { memorySource } from '../packages/netboot/src/bytes/memory-source.js'
import {
  applyInPlace,
  type NewEntry,
  openIso,
  remaster,
  restore,
  undoPath,
  writeImage,
} from '../packages/netboot/src/media/iso/index.js'
import { partitionRanges } from '../packages/netboot/src/media/iso/system-area/read-system-area.js'
import { makeSamples, SAMPLE_REQUIREMENTS, type Sample } from './iso-samples.js'
import { requirement } from './requirements.js'
import { runProgram } from './run-program.js'
import { temporaryDirectory } from './temporary.js'

const CONFIG = '#cloud-config\nhostname: edge\n'
const LONG = 'A name of many words, as people like to give them to files '.repeat(3).trim()
const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex').slice(0, 16)
const noise = (length: number) => Uint8Array.from({ length }, (_, index) => (index * 31) >> 2)

/** What is put in, and what it is called in messages. */
const CHANGES: Record<string, { files: Map<string, string | Uint8Array>; remove: string[] }> = {
  'a cloud config': { files: new Map([['config.yaml', CONFIG]]), remove: [] },
  'a large overlay': {
    files: new Map<string, string | Uint8Array>([
      ['config.yaml', CONFIG],
      ['hello.txt', 'replaced\n'],
      ['rootfs.squashfs', noise(900_000)],
      ['overlay/files/deep/down/large.bin', noise(3_000_000)],
      [`overlay/${LONG}.txt`, 'long\n'],
      ['sub/deep/er/new.txt', 'new\n'],
      ...Array.from({ length: 60 }, (_, n): [string, string] => [`file number ${n} in the root.txt`, `${n}\n`]),
      ...Array.from({ length: 30 }, (_, n): [string, string] => [`directory ${n}/file`, `${n}\n`]),
    ]),
    remove: ['/boot/kernel', '/sub/A file with a rather long name, number 7'],
  },
}

async function output(name: string, ...args: string[]): Promise<string> {
  const result = await runProgram(name, args)
  expect(result.code, `${name} ${args.join(' ')}: ${result.output}`).toBe(0)
  return result.output
}

/** Every file and link below a directory, with a hash of its content. */
async function hashes(directory: string): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    const name = path.slice(directory.length + 1)
    if (entry.isFile()) found.set(name, sha256(await readFile(path)))
    else if (entry.isSymbolicLink()) found.set(name, `-> ${await readlink(path)}`)
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)))
}

describe.skipIf(requirement([...SAMPLE_REQUIREMENTS, 'isoinfo', 'bsdtar', 'sgdisk', 'checkisomd5', '7z', 'chmod']))(
  'a remastered ISO, as other programs see it',
  async () => {
    const directory = await temporaryDirectory()
    const samples = await makeSamples(directory.path)
    const contents = new Map<string, Map<string, string>>()
    let extractions = 0

    async function extract(path: string): Promise<Map<string, string>> {
      const target = join(directory.path, `extracted-${extractions++}`)
      await mkdir(target)
      await output('bsdtar', '-xf', path, '-C', target)
      await output('chmod', '-R', 'u+rwX', target)
      const found = await hashes(target)
      await rm(target, { recursive: true })
      return found
    }

    async function customise(sample: Sample, change: keyof typeof CHANGES, path: string) {
      const { files, remove } = CHANGES[change] ?? { files: new Map(), remove: [] }
      const entries = [...files].map(([name, content]): [string, ByteSource] => [
        `/${name}`,
        memorySource(name, content),
      ])
      const image = await remaster(await fileSource(sample.path), { files: new Map(entries), remove })
      await writeImage(image, path)
      return image
    }

    beforeAll(async () => {
      for (const [name, { path }] of samples) contents.set(name, await extract(path))
    })
    afterAll(() => directory.remove())

    describe.each(
      [...samples].flatMap(([name, sample]) => Object.keys(CHANGES).map((change) => ({ name, change, sample }))),
    )('$name with $change', ({ name, change, sample }) => {
      const path = join(directory.path, `${name} with ${change}.iso`)
      const expected = new Map<string, string>()
      beforeAll(async () => {
        await customise(sample, change, path)
        for (const [file, hash] of contents.get(name) ?? []) expected.set(file, hash)
        for (const file of CHANGES[change]?.remove ?? []) expected.delete(file.slice(1))
        for (const [file, content] of CHANGES[change]?.files ?? []) expected.set(file, sha256(content))
      })
      afterAll(() => rm(path))
      const inOrder = (map: Map<string, string>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1))

      it('has every file in bsdtar, with its content', async () => {
        expect(inOrder(await extract(path))).toEqual(inOrder(expected))
      })

      it('has every file in xorriso, with its content, and no complaint from it', async () => {
        const target = join(directory.path, `extracted-${extractions++}`)
        const about = ['-report_about', 'NOTE', '-osirrox', 'on', '-indev', path]
        const said = await output('xorriso', ...about, '-check_media', '--', '-extract', '/', target)
        expect(said).not.toMatch(/WARNING|SORRY|FAILURE|FATAL|MISHAP/)
        expect(said).toMatch(/Media region : +0 , +\d+ , \+ good/)
        await output('chmod', '-R', 'u+rwX', target)
        expect(inOrder(await hashes(target))).toEqual(inOrder(expected))
        await rm(target, { recursive: true })
      })

      it('has every file in isoinfo, in the Rock Ridge tree and the Joliet tree', async () => {
        const listed = (await output('isoinfo', '-f', '-R', '-i', path)).split('\n').map((line) => line.slice(1))
        for (const file of expected.keys()) expect(listed).toContain(file)
        for (const file of CHANGES[change]?.remove ?? []) expect(listed).not.toContain(file.slice(1))
        const read = async (tree: string, file: string) =>
          sha256((await runProgram('isoinfo', ['-i', path, tree, '-x', `/${file}`])).stdout)
        for (const tree of sample.joliet ? ['-R', '-J'] : ['-R']) {
          for (const file of ['config.yaml', 'rootfs.squashfs', 'hello.txt', 'sub/deep/er/file.txt']) {
            expect(await read(tree, file), `${tree} ${file}`).toBe(expected.get(file))
          }
        }
      })

      it('has the names of all files in 7z, and no error there', async () => {
        const listed = await output('7z', 'l', '-ba', path)
        expect(listed).toContain('config.yaml')
        expect(await output('7z', 't', path)).toMatch(/Everything is Ok/)
      })

      it('has the boot entries that it had', async () => {
        const report = async (image: string) =>
          (await runProgram('xorriso', ['-indev', image, '-report_el_torito', 'plain'])).stdout.toString()
        expect(await report(path)).toBe(await report(sample.path))
      })

      it('has partition tables without contradictions, which cover what is new', async () => {
        const report = await output('xorriso', '-indev', path, '-report_system_area', 'plain')
        expect(report).not.toMatch(/corrupt|invalid|wrong/i)
        const image = await openIso(await fileSource(path))
        const { gpt } = image.volume.systemArea
        if (sample.soundGpt) expect(await output('sgdisk', '-v', path)).toMatch(/No problems found/)
        if (gpt) expect(gpt.gpt.diskSectors * 512).toBe(image.size)
        const ranges = partitionRanges(image.volume.systemArea).filter(({ table }) => table === (gpt ? 'gpt' : 'mbr'))
        // An MBR has no entries for gaps: with an appended partition nothing covers what comes behind.
        if (ranges.length === 0 || name === 'xorriso-appended-mbr') return
        for (const file of [
          '/config.yaml',
          ...(change === 'a cloud config' ? [] : ['/overlay/files/deep/down/large.bin']),
        ]) {
          for (const { offset, length } of (await image.stat(file)).extents) {
            const covered = ranges.some(
              (range) => range.offset <= offset && offset + length <= range.offset + range.length,
            )
            expect(covered, `${file} at ${offset}`).toBe(true)
          }
        }
      })

      it('shows itself in its first partition too, if it shows itself there at all', async () => {
        const image = await openIso(await fileSource(path))
        const starts = image.volume.partitionDescriptors.map(({ blockOffset }) => blockOffset * 2048)
        for (const range of partitionRanges(image.volume.systemArea)) {
          if (!starts.includes(range.offset)) continue
          const partition = join(directory.path, 'partition.iso')
          await writeFile(
            partition,
            await readFully(image, range.offset, Math.min(range.length, image.size - range.offset)),
          )
          expect(inOrder(await extract(partition))).toEqual(inOrder(expected))
          await rm(partition)
        }
        const dropped = change === 'a large overlay' && name.startsWith('xorriso-appended')
        const before = (await openIso(await fileSource(sample.path))).volume.partitionDescriptors.length
        expect(starts).toHaveLength(dropped ? 0 : before)
      })

      it('has a media checksum that is right, if it had one', async () => {
        if (name !== 'genisoimage-checksum') return
        expect(await output('checkisomd5', path)).toMatch(/PASS/)
      })

      it('has file checksums that xorriso finds right, if it had them', async () => {
        if (name !== 'xorriso-md5') return
        const said = await output('xorriso', '-md5', 'on', '-indev', path, '-check_md5_r', 'sorry', '/', '--')
        expect(said).toMatch(/File contents and their MD5 checksums match/)
      })

      it('is applied in place to the same bytes, and restored to the original ones', async () => {
        const copy = join(directory.path, 'in-place.iso')
        await copyFile(sample.path, copy)
        await applyInPlace(
          await (async () => {
            const { files, remove } = CHANGES[change] ?? { files: new Map(), remove: [] }
            const entries = [...files].map(([file, content]): [string, ByteSource | NewEntry] => [
              `/${file}`,
              memorySource(file, content),
            ])
            return remaster(await fileSource(copy), { files: new Map(entries), remove })
          })(),
          copy,
        )
        expect(Buffer.compare(await readFile(copy), await readFile(path))).toBe(0)
        await restore(copy)
        expect(Buffer.compare(await readFile(copy), await readFile(sample.path))).toBe(0)
        await rm(copy)
      })
    })

    it('is restored byte for byte when the program that changed it was killed in the middle', async () => {
      const original = samples.get('xorriso-appended')?.path ?? ''
      const copy = join(directory.path, 'killed.iso')
      const outcomes = new Set<string>()
      for (const writes of [0, 1, 2, 5, 20]) {
        await copyFile(original, copy)
        const program = new URL('apply-and-die.ts', import.meta.url).pathname
        const result = await runProgram(process.execPath, ['--import', 'tsx', program, copy, String(writes)]).catch(
          () => undefined,
        )
        expect(result?.code).not.toBe(0)
        outcomes.add(sha256(await readFile(copy)))
        await restore(copy)
        expect(Buffer.compare(await readFile(copy), await readFile(original))).toBe(0)
        await expect(readFile(undoPath(copy))).rejects.toThrow('ENOENT')
      }
      // It really was cut off in different places.
      expect(outcomes.size).toBeGreaterThan(2)
    })
  },
)

describe.skipIf(requirement([...SAMPLE_REQUIREMENTS, 'root', 'mount', 'umount']))('a disk that is full', () => {
  it('leaves neither a part of the new image nor a changed old one', async () => {
    const directory = await temporaryDirectory()
    const disk = await mkdtemp(join(directory.path, 'disk-'))
    expect((await runProgram('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', disk])).code).toBe(0)
    try {
      const tree = join(directory.path, 'tree')
      await mkdir(tree)
      await writeFile(join(tree, 'hello.txt'), noise(1_500_000))
      const path = join(disk, 'image.iso')
      await output('genisoimage', '-quiet', '-R', '-o', path, tree)
      await chmod(path, 0o600)
      const original = await readFile(path)
      const files = new Map([['/large', memorySource('large', noise(3_000_000))]])
      const image = await remaster(await fileSource(path), { files })
      await expect(writeImage(image, join(disk, 'new.iso'))).rejects.toMatchObject({ code: 'output/no-space' })
      await expect(applyInPlace(image, path)).rejects.toMatchObject({ code: 'output/no-space' })
      expect(await readdir(disk)).toEqual(['image.iso'])
      expect(Buffer.compare(await readFile(path), original)).toBe(0)
    } finally {
      await runProgram('umount', [disk])
      await directory.remove()
    }
  })
})
