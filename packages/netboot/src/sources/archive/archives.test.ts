import { execFileSync } from 'node:child_process'
import { link, mkdir, mkdtemp, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fileSource, memorySource, readFully } from '../../bytes/index.js'
import { digestOf } from '../image/digest.js'
import { parseImageSource } from '../image/image-source.js'
import type { ArchiveFiles } from './archive-files.js'
import { openImageFile } from './open-image-file.js'
import { indexTar } from './tar-index.js'
import { storeTemporarily } from './temporary-file.js'

const lower = Buffer.from('the lower layer')
const upper = Buffer.from('the upper layer')
const config = (architecture = 'amd64', layers = [lower, upper]) =>
  Buffer.from(JSON.stringify({ architecture, os: 'linux', rootfs: { diff_ids: layers.map(digestOf) } }))
const hex = (bytes: Uint8Array) => digestOf(bytes).slice('sha256:'.length)

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kairos-archive-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

const put = async (path: string, content: Uint8Array | object) => {
  await mkdir(dirname(join(directory, 'in', path)), { recursive: true })
  await writeFile(join(directory, 'in', path), content instanceof Uint8Array ? content : JSON.stringify(content))
}
const pack = (...options: string[]) => {
  const path = join(directory, 'archive.tar')
  execFileSync('tar', ['-C', join(directory, 'in'), ...options, '-cf', path, '.'])
  return path
}
const open = async (text: string, architecture?: string) => {
  const source = parseImageSource(text)
  if (!('path' in source) || source.kind === 'directory' || source.kind === 'tar') throw new Error('not an archive')
  const wanted = architecture === undefined ? undefined : { architecture }
  return openImageFile(source, { name: text, architecture: wanted, temporaryDirectory: join(directory, 'temporary') })
}
const contents = async (image: Awaited<ReturnType<typeof open>>) => {
  const found: string[] = []
  for (const layer of image.layers) {
    const parts: Uint8Array[] = []
    for await (const part of layer.open()) parts.push(part)
    found.push(Buffer.concat(parts).toString())
  }
  return found
}

describe('docker-archive:', () => {
  const item = (more: object = {}) => ({
    Config: 'c.json',
    RepoTags: ['a:1'],
    Layers: ['l/layer.tar', 'u/layer.tar'],
    ...more,
  })
  const putImage = async () => {
    await put('c.json', config())
    await put('l/layer.tar', lower)
    await put('u/layer.tar', gzipSync(upper))
  }

  it('reads layers that are plain, compressed, or links to others', async () => {
    await putImage()
    await mkdir(join(directory, 'in/link'))
    await symlink('../l/layer.tar', join(directory, 'in/link/layer.tar'))
    await put('manifest.json', [item({ Layers: ['link/layer.tar', 'u/layer.tar'] })])
    await using image = await open(`docker-archive:${pack()}`)
    expect(await contents(image)).toEqual([lower.toString(), upper.toString()])
    expect(image.digest).toBe(digestOf(config()))
  })

  it('asks which of several images is meant, and takes it by name in any form or by position', async () => {
    await putImage()
    await put('d.json', config('arm64'))
    await put('manifest.json', [item(), item({ Config: 'd.json', RepoTags: ['docker.io/library/b:2'] })])
    const path = pack()
    await expect(open(`docker-archive:${path}`)).rejects.toMatchObject({
      code: 'image/not-found',
      hint: 'Say which, by adding :NAME: a:1, b:2',
    })
    for (const name of ['b:2', 'docker.io/library/b:2', '@1']) {
      await using image = await open(`docker-archive:${path}:${name}`)
      expect(image.architecture).toBe('arm64')
    }
    await expect(open(`docker-archive:${path}:c`)).rejects.toMatchObject({ code: 'image/not-found' })
    await expect(open(`docker-archive:${path}:b:2`, 'amd64')).rejects.toMatchObject({ code: 'image/no-architecture' })
  })

  it.each([
    ['a layer that is missing', item({ Layers: ['l/layer.tar', 'x/layer.tar'] }), 'image/malformed'],
    ['a layer too few', item({ Layers: ['l/layer.tar'] }), 'image/malformed'],
    ['a layer outside', item({ Layers: ['l/layer.tar', '../../../../etc/passwd'] }), 'image/malformed'],
    ['a configuration of another digest', item({ Config: `${'0'.repeat(64)}.json` }), 'image/wrong-digest'],
    ['no layers', { Config: 'c.json' }, 'image/malformed'],
  ])('refuses %s', async (_, found, code) => {
    await putImage()
    await put(`${'0'.repeat(64)}.json`, config())
    await put('manifest.json', [found])
    await expect(open(`docker-archive:${pack()}`)).rejects.toMatchObject({ code })
    await expect(open(`docker-archive:${directory}/in`)).rejects.toMatchObject({ code })
  })

  describe('as a directory', () => {
    const outside = (name: string, content: Uint8Array) => writeFile(join(directory, name), content)

    it.each([
      ['a layer', item({ Layers: ['../outside', 'u/layer.tar'] })],
      ['a layer behind a directory', item({ Layers: ['l/../../outside', 'u/layer.tar'] })],
      ['a layer behind a link', item({ Layers: ['link', 'u/layer.tar'] })],
      ['a layer behind a link to a directory', item({ Layers: ['parent/outside', 'u/layer.tar'] })],
      ['a layer with a name of its own among the blobs', item({ Layers: ['blobs/sha256/x', 'u/layer.tar'] })],
      ['a configuration', item({ Config: '../c.json' })],
    ])('takes nothing from outside: %s', async (_, found) => {
      await putImage()
      await outside('outside', lower)
      await outside('c.json', config())
      await symlink('../outside', join(directory, 'in/link'))
      await symlink('..', join(directory, 'in/parent'))
      await mkdir(join(directory, 'in/blobs/sha256'), { recursive: true })
      await symlink('../../../outside', join(directory, 'in/blobs/sha256/x'))
      await put('manifest.json', [found])
      await expect(open(`docker-archive:${directory}/in`)).rejects.toMatchObject({
        code: 'image/malformed',
        message: expect.stringContaining('leads elsewhere'),
      })
    })

    it('follows links inside of it, and is read through a link to it', async () => {
      await putImage()
      await symlink('l/layer.tar', join(directory, 'in/link'))
      await symlink('in', join(directory, 'alias'))
      await put('manifest.json', [item({ Layers: ['link', '/u/layer.tar'] })])
      await using image = await open(`docker-archive:${directory}/alias`)
      expect(await contents(image)).toEqual([lower.toString(), upper.toString()])
    })
  })

  it('notices layers in the wrong order', async () => {
    await putImage()
    await put('manifest.json', [item({ Layers: ['u/layer.tar', 'l/layer.tar'] })])
    await using image = await open(`docker-archive:${pack()}`)
    await expect(contents(image)).rejects.toMatchObject({ code: 'image/wrong-digest' })
  })

  it('says that an archive is too old, or is none of images', async () => {
    await put('repositories', {})
    await expect(open(`docker-archive:${pack()}`)).rejects.toMatchObject({ code: 'image/unsupported' })
    await rm(join(directory, 'in/repositories'))
    await put('etc/passwd', lower)
    await expect(open(`docker-archive:${pack()}`)).rejects.toMatchObject({ code: 'image/malformed' })
  })

  it('decompresses an archive that is compressed as a whole to a file that goes away again', async () => {
    await putImage()
    await put('manifest.json', [item()])
    const path = pack('-z')
    {
      await using image = await open(`docker-archive:${path}`)
      expect(await contents(image)).toEqual([lower.toString(), upper.toString()])
      expect(await readdir(join(directory, 'temporary'))).toHaveLength(1)
    }
    expect(await readdir(join(directory, 'temporary'))).toEqual([])
    await expect(open(`docker-archive:${path}:other`)).rejects.toMatchObject({ code: 'image/not-found' })
    expect(await readdir(join(directory, 'temporary'))).toEqual([])
  })
})

describe('oci: and oci-archive:', () => {
  const putBlob = async (bytes: Uint8Array, mediaType: string) => {
    await put(`blobs/sha256/${hex(bytes)}`, bytes)
    return { mediaType: `application/vnd.oci.image.${mediaType}`, digest: digestOf(bytes), size: bytes.length }
  }
  const putImage = async (architecture = 'amd64') => {
    const layers = [await putBlob(lower, 'layer.v1.tar'), await putBlob(gzipSync(upper), 'layer.v1.tar+gzip')]
    const manifest = { schemaVersion: 2, config: await putBlob(config(architecture), 'config.v1+json'), layers }
    return putBlob(Buffer.from(JSON.stringify(manifest)), 'manifest.v1+json')
  }
  const putIndex = (manifests: object[]) => put('index.json', { schemaVersion: 2, manifests })
  const named = (name: string) => ({ annotations: { 'org.opencontainers.image.ref.name': name } })

  it('reads a directory and an archive of it alike, by whichever prefix', async () => {
    const manifest = await putImage()
    await putIndex([manifest])
    const archive = pack()
    for (const text of [`oci:${directory}/in`, `oci-archive:${archive}`, `docker-archive:${archive}`]) {
      await using image = await open(text)
      expect(await contents(image)).toEqual([lower.toString(), upper.toString()])
      expect(image.digest).toBe(manifest.digest)
    }
  })

  it('finds images by the names that containerd gives, too, and by architecture', async () => {
    const whole = { annotations: { 'io.containerd.image.name': 'docker.io/library/a:1', ...named('1').annotations } }
    const platform = (architecture: string) => ({ platform: { os: 'linux', architecture } })
    await putIndex([
      { ...(await putImage()), ...whole, ...platform('amd64') },
      { ...(await putImage('arm64')), ...whole, ...platform('arm64') },
      { ...(await putImage('riscv64')), ...named('b') },
    ])
    for (const [name, architecture] of [
      ['a:1', 'arm64'],
      ['1', 'amd64'],
      ['b', 'riscv64'],
      ['@2', 'riscv64'],
    ] as const) {
      await using image = await open(`oci:${directory}/in:${name}`, architecture)
      expect(image.architecture).toBe(architecture)
    }
    await expect(open(`oci:${directory}/in`)).rejects.toMatchObject({
      hint: expect.stringContaining('docker.io/library/a:1, b'),
    })
  })

  it('verifies size and digest of all that it reads', async () => {
    const manifest = await putImage()
    await putIndex([manifest])
    await put(`blobs/sha256/${hex(lower)}`, Buffer.from('THE LOWER LAYER'))
    await using image = await open(`oci:${directory}/in`)
    await expect(contents(image)).rejects.toMatchObject({ code: 'image/wrong-digest' })
    await put(`blobs/sha256/${hex(config())}`, Buffer.concat([config(), Buffer.from(' ')]))
    await expect(open(`oci:${directory}/in`)).rejects.toMatchObject({ code: 'image/wrong-digest' })
    await rm(join(directory, `in/blobs/sha256/${hex(config())}`))
    await expect(open(`oci:${directory}/in`)).rejects.toMatchObject({ code: 'image/not-found' })
  })

  it('takes blobs that are shared with other layouts by links, and no others than those of their digests', async () => {
    await putIndex([await putImage()])
    await rename(join(directory, 'in/blobs/sha256'), join(directory, 'shared'))
    await symlink(join(directory, 'shared'), join(directory, 'in/blobs/sha256'))
    await using image = await open(`oci:${directory}/in`)
    expect(await contents(image)).toEqual([lower.toString(), upper.toString()])
    await writeFile(join(directory, 'shared', hex(lower)), 'THE LOWER LAYER')
    await using changed = await open(`oci:${directory}/in`)
    await expect(contents(changed)).rejects.toMatchObject({ code: 'image/wrong-digest' })
  })

  it('says how to read a directory that is a root file system', async () => {
    await put('etc/passwd', lower)
    await expect(open(`oci:${directory}/in`)).rejects.toMatchObject({ hint: expect.stringContaining('dir:') })
  })
})

describe('indexTar', () => {
  const read = async (files: ArchiveFiles, path: string) => {
    const source = await files.file(path)
    if (!source) return undefined
    const parts: Uint8Array[] = []
    for await (const part of source.read(0, source.size)) parts.push(part)
    return Buffer.concat(parts).toString()
  }

  it.each(['pax', 'gnu', 'ustar', 'v7'])(
    'finds files, also with long names and behind links, in %s archives',
    async (format) => {
      const long = format === 'v7' ? 'x' : `${'d'.repeat(90)}/${'n'.repeat(format === 'ustar' ? 90 : 200)}`
      await put(long, lower)
      await put('empty', Buffer.alloc(0))
      // Only pax and GNU have room for long targets.
      const target = format === 'pax' || format === 'gnu' ? long : 'short'
      await put('short', lower)
      await put('links/keep', Buffer.alloc(0))
      await symlink(`../${target}`, join(directory, 'in/links/symbolic'))
      await link(join(directory, 'in', target), join(directory, 'in/links/hard'))
      const files = await indexTar(await fileSource(pack(`--format=${format}`)))
      expect(await read(files, long)).toBe(lower.toString())
      expect(await read(files, `./${long}`)).toBe(lower.toString())
      expect(await read(files, 'links/hard')).toBe(lower.toString())
      expect(await read(files, 'links/symbolic')).toBe(lower.toString())
      expect(await read(files, 'empty')).toBe('')
      expect(await read(files, 'absent')).toBeUndefined()
    },
  )

  it('refuses circles of links and archives that are cut off', async () => {
    await put('a', lower)
    await symlink('two', join(directory, 'in/one'))
    await symlink('one', join(directory, 'in/two'))
    const source = await fileSource(pack())
    await expect((await indexTar(source)).file('one')).rejects.toMatchObject({ code: 'image/malformed' })
    const bytes = Buffer.from(await readFully(source, 0, source.size))
    const at = bytes.indexOf(lower)
    await expect(indexTar(memorySource('cut', bytes.subarray(0, at + 3)))).rejects.toMatchObject({
      code: 'tar/damaged',
    })
  })

  it('never reads outside the archive, whatever is wrong with it', async () => {
    await put('a', lower)
    await put(`${'n'.repeat(200)}`, upper)
    const source = await fileSource(pack('--format=pax'))
    const whole = Buffer.from(await readFully(source, 0, source.size))
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), async (at, value, length) => {
        const bytes = Buffer.from(whole.subarray(0, length))
        if (at < length) bytes[at] = value
        try {
          const files = await indexTar(memorySource('mutated', bytes))
          await read(files, 'a')
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^(tar|image)\//) })
        }
      }),
      { numRuns: 300 },
    )
  })
})

describe('storeTemporarily', () => {
  async function* chunks() {
    yield lower
    yield upper
  }

  it('leaves nothing when the stream breaks or the work is cancelled', async () => {
    async function* broken() {
      yield lower
      throw new Error('gone')
    }
    await expect(storeTemporarily(broken(), directory)).rejects.toThrow('gone')
    const controller = new AbortController()
    async function* cancelled() {
      yield lower
      controller.abort()
      yield upper
    }
    await expect(storeTemporarily(cancelled(), directory, { signal: controller.signal })).rejects.toMatchObject({
      code: 'aborted',
    })
    expect(await readdir(directory)).toEqual([])
  })

  it('removes what a killed program left, but not what another one uses', async () => {
    const left = join(directory, 'left.tar')
    await writeFile(left, '')
    execFileSync('touch', ['-d', '2 days ago', left])
    const used = await storeTemporarily(chunks(), directory)
    const file = await storeTemporarily(chunks(), directory)
    expect((await readdir(directory)).sort()).toEqual(
      [used, file].map(({ path }) => path.slice(directory.length + 1)).sort(),
    )
  })
})
