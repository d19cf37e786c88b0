import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { copyFile, mkdir, readdir, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { requirement } from './requirements.js'
import { runProgram } from './run-program.js'
import { temporaryDirectory } from './temporary.js'

const BIN = fileURLToPath(new URL('../packages/cli/bin/', import.meta.url))
const EXAMPLE = fileURLToPath(new URL('../examples/customize-iso.ts', import.meta.url))
const CONFIG = '#cloud-config\nhostname: node\n'
const ROOTFS = Buffer.alloc(5_000_000, 'a root file system ')

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

let directory: Awaited<ReturnType<typeof temporaryDirectory>>
const at = (...names: string[]) => join(directory.path, ...names)

interface Run {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Not blocking: some tests serve what the program reads. */
async function run(program: string, ...args: string[]): Promise<Run> {
  const child = spawn(program, args, { cwd: directory.path, stdio: ['ignore', 'pipe', 'pipe'] })
  const [out, err] = [child.stdout, child.stderr].map((stream) => stream.setEncoding('latin1').toArray())
  await once(child, 'close')
  return { code: child.exitCode, out: (await out)?.join('') ?? '', err: (await err)?.join('') ?? '' }
}

const auroraboot = (...args: string[]) => run(process.execPath, join(BIN, 'auroraboot.js'), ...args)

async function succeed(...args: string[]): Promise<string> {
  const { code, out, err } = await auroraboot(...args)
  expect([args, code, err]).toEqual([args, 0, expect.anything()])
  return out
}

/** A server of one file that answers ranges and counts what it sent. */
async function serve(path: string): Promise<{ url: string; sent: () => number; server: Server }> {
  const { size } = await stat(path)
  let sent = 0
  const server = createServer((request, response) => {
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? []
    const [start, end] = [Number(first), Math.min(Number(last), size - 1)]
    sent += end - start + 1
    response.writeHead(206, { 'content-range': `bytes ${start}-${end}/${size}`, etag: '"1"' })
    createReadStream(path, { start, end }).pipe(response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/k.iso`, sent: () => sent, server }
}

describe.skipIf(requirement(['xorriso', 'genisoimage']))('the built auroraboot', () => {
  beforeAll(async () => {
    directory = await temporaryDirectory()
    await mkdir(at('tree/boot'), { recursive: true })
    await writeFile(at('tree/boot/kernel'), 'the kernel')
    await writeFile(at('tree/boot/initrd'), 'the initrd')
    await writeFile(at('tree/rootfs.squashfs'), ROOTFS)
    await writeFile(at('config.yaml'), CONFIG)
    await run('xorriso', '-as', 'mkisofs', '-R', '-J', '-V', 'COS_LIVE', '-o', at('xorriso.iso'), at('tree'))
    await run('genisoimage', '-quiet', '-R', '-J', '-V', 'COS_LIVE', '-o', at('genisoimage.iso'), at('tree'))
    await succeed('iso', 'create', 'created.iso', '--from', 'tree', '--no-boot')
  })
  afterAll(() => directory.remove())

  describe.each(['xorriso.iso', 'genisoimage.iso', 'created.iso'])('with %s', (image) => {
    it('lists it, prints a file of it, and extracts it', async () => {
      expect((await succeed('iso', 'ls', image)).split('\n').sort()).toEqual(['', 'boot/', 'rootfs.squashfs'])
      expect(await succeed('iso', 'ls', image, '/boot', '--long')).toMatch(
        /^-r.-r--r-- +\d+ +\d+ +10 \d{4}-\d\d-\d\d \d\d:\d\d kernel$/m,
      )
      expect(JSON.parse(await succeed('iso', 'ls', image, '/boot/kernel', '--json'))).toMatchObject({
        path: '/boot/kernel',
        type: 'file',
        size: 10,
      })
      expect(await succeed('iso', 'cat', image, '/boot/kernel')).toBe('the kernel')
      expect(sha256(Buffer.from(await succeed('iso', 'cat', image, '/rootfs.squashfs'), 'latin1'))).toBe(sha256(ROOTFS))
      await succeed('iso', 'extract', image, `of-${image}`)
      expect((await runProgram('diff', ['-r', at('tree'), at(`of-${image}`)])).output).toBe('')
      await succeed('iso', 'extract', image, `some-of-${image}`, '/boot/kernel')
      expect((await readdir(at(`some-of-${image}`), { recursive: true })).sort()).toEqual(['boot', 'boot/kernel'])
    })

    it('puts files into a new one that only its owner can read, and tells its checksum', async () => {
      const output = `new-${image}`
      const changes = ['--cloud-config', 'config.yaml', '--add', '/etc/x=config.yaml', '--remove', '/boot/initrd']
      const said = await succeed('iso', 'customize', image, output, ...changes)
      expect(said).toBe(`${sha256(await readFile(at(output)))}  ${output}\n`)
      expect((await stat(at(output))).mode & 0o777).toBe(0o600)
      await run('xorriso', '-osirrox', 'on', '-indev', at(output), '-extract', '/', at(`tree-of-${image}`))
      expect(await readFile(at(`tree-of-${image}`, 'config.yaml'), 'utf8')).toBe(CONFIG)
      expect(await readFile(at(`tree-of-${image}`, 'etc/x'), 'utf8')).toBe(CONFIG)
      expect(await readdir(at(`tree-of-${image}`, 'boot'))).toEqual(['kernel'])
    })

    it('changes it in place, says how to get it back, and gives it back', async () => {
      const copy = `in-place-${image}`
      await copyFile(at(image), at(copy))
      const { code, err } = await auroraboot('iso', 'customize', copy, '--in-place', '--cloud-config', 'config.yaml')
      expect([code, err]).toEqual([0, expect.stringContaining(`comes back with: auroraboot iso restore ${copy}`)])
      expect(err).toMatch(/Others on this machine can read .*: chmod 600/)
      expect(await succeed('iso', 'cat', copy, 'config.yaml')).toBe(CONFIG)
      await succeed('iso', 'restore', copy)
      expect(sha256(await readFile(at(copy)))).toBe(sha256(await readFile(at(image))))
      expect(await readdir(directory.path)).not.toContain(`${copy}.undo`)
    })

    it('writes the files for booting over the network, also by way of kairosctl', async () => {
      const words = ['auroraboot', 'netboot', image, `net-${image}`, 'k', '--json']
      const { code, out } = await run(process.execPath, join(BIN, 'kairosctl.js'), ...words)
      expect([code, JSON.parse(out.trim().split('\n').at(-1) ?? '')]).toEqual([
        0,
        expect.objectContaining({ event: 'result', kernel: join(`net-${image}`, 'k-kernel') }),
      ])
      expect((await readdir(at(`net-${image}`))).sort()).toEqual(['k-initrd', 'k-kernel', 'k.squashfs'])
      expect(await readFile(at(`net-${image}`, 'k-initrd'), 'utf8')).toBe('the initrd')
      expect(sha256(await readFile(at(`net-${image}`, 'k.squashfs')))).toBe(sha256(ROOTFS))
    })
  })

  it('reads only what it needs of an image on a server', async () => {
    const { url, sent, server } = await serve(at('xorriso.iso'))
    try {
      expect(await succeed('iso', 'ls', url, '/boot')).toBe('initrd\nkernel\n')
      expect(await succeed('iso', 'cat', url, '/boot/kernel')).toBe('the kernel')
      expect(sent()).toBeLessThan(1_000_000)
      await succeed('iso', 'customize', url, 'from-server.iso', '--cloud-config', 'config.yaml')
      await succeed('iso', 'customize', 'xorriso.iso', 'from-file.iso', '--cloud-config', 'config.yaml')
      expect(sha256(await readFile(at('from-server.iso')))).toBe(sha256(await readFile(at('from-file.iso'))))
    } finally {
      server.close()
    }
  })

  it('tells each kind of bad input by its exit code and leaves nothing behind', async () => {
    await writeFile(at('text.iso'), 'no image at all\n'.repeat(10_000))
    await copyFile(at('xorriso.iso'), at('cut.iso'))
    await truncate(at('cut.iso'), 500_000)
    await copyFile(at('xorriso.iso'), at('stub.iso'))
    await truncate(at('stub.iso'), 33_000)
    await writeFile(at('bad.yaml'), 'hostname: x\n')
    await mkdir(at('full'))
    await writeFile(at('full/mine'), '')
    await symlink('xorriso.iso', at('link.iso'))
    const before = (await readdir(directory.path, { recursive: true })).sort()
    const config = ['--cloud-config', 'config.yaml']
    const cases: [string[], number, RegExp][] = [
      [['iso', 'ls', 'text.iso'], 12, /an ISO 9660 image expected, something else found/],
      [['iso', 'ls', 'stub.iso'], 12, /cut off|expected/],
      [['iso', 'ls', 'none.iso'], 4, /none\.iso: it does not exist/],
      [['iso', 'ls', 'tree'], 4, /a directory/],
      [['iso', 'ls', 'xorriso.iso', '/none'], 12, /none/],
      [['iso', 'cat', 'xorriso.iso', '/boot'], 4, /a file expected, a directory found/],
      [['iso', 'cat', 'cut.iso', '/rootfs.squashfs'], 12, /the image ends at 500000/],
      [['iso', 'extract', 'cut.iso', 'out'], 12, /the image ends at 500000/],
      [['iso', 'extract', 'xorriso.iso', 'full'], 11, /a new or empty directory expected/],
      [['iso', 'extract', 'xorriso.iso', 'no/out'], 11, /the directory .* does not exist/],
      [['iso', 'customize', 'xorriso.iso', 'xorriso.iso', ...config], 2, /both input and output[\s\S]*--in-place/],
      [['iso', 'customize', 'xorriso.iso', 'link.iso', ...config], 2, /both input and output/],
      [['iso', 'customize', 'xorriso.iso', 'config.yaml', ...config], 2, /both input and output/],
      [['iso', 'customize', 'xorriso.iso', 'out.iso'], 2, /Nothing is to be changed/],
      [['iso', 'customize', 'xorriso.iso', ...config], 2, /There is no file to write to/],
      [['iso', 'customize', 'xorriso.iso', 'out.iso', '--in-place', ...config], 2, /--in-place/],
      [['iso', 'customize', 'http://127.0.0.1:1/', '--in-place', ...config], 2, /cannot be changed in place/],
      [['iso', 'customize', 'xorriso.iso', 'out.iso', '--add', 'x'], 2, /PATH=FILE is expected/],
      [['iso', 'customize', 'xorriso.iso', 'out.iso', '--add', '/x=none'], 4, /none: it does not exist/],
      [['iso', 'customize', 'xorriso.iso', 'out.iso', '--remove', '/none'], 12, /none/],
      [['iso', 'customize', 'xorriso.iso', 'out.iso', '--cloud-config', 'bad.yaml'], 3, /bad\.yaml/],
      [['iso', 'customize', 'xorriso.iso', 'no/out.iso', ...config], 11, /its directory does not exist/],
      [['iso', 'customize', 'xorriso.iso', '/dev/null', ...config], 11, /it is a device or a pipe/],
      [['iso', 'customize', 'cut.iso', 'out.iso', ...config], 12, /image/],
      [['iso', 'restore', 'xorriso.iso'], 4, /an undo record expected, none found/],
      [['iso', 'create', 'out.iso'], 2, /nothing to make an image of/],
      [['iso', 'create', 'tree/out.iso', '--from', 'tree', '--no-boot'], 2, /lies in tree/],
      [['iso', 'customize', 'xorriso.iso', 'tree/out.iso', '--overlay', 'tree'], 2, /lies in tree/],
      [['iso', 'create', 'out.iso', '--from', 'tree', '--rootfs', 'none'], 4, /none: it does not exist/],
      [['iso', 'ipxe', 'out.iso', '--ipxe-dir', 'none'], 4, /none: it does not exist/],
      [['iso', 'create', 'out.iso', '--from', 'full'], 4, /--kernel and --initrd/],
      [['iso', 'ipxe', 'out.iso', '--url', 'http://x'], 2, /--kernel and --initrd and --rootfs/],
      [['iso', 'ipxe', 'out.iso', '--script', 'config.yaml'], 12, /#!ipxe/],
      [['netboot', 'created.iso', 'out', 'a/b'], 2, /prefix without slashes/],
      [['netboot', 'text.iso', 'out', 'a'], 12, /an ISO 9660 image expected/],
      [['iso'], 2, /Usage: auroraboot iso <command>/],
      [['iso', 'customise'], 2, /Did you mean: auroraboot iso customize/],
    ]
    for (const [args, expected, message] of cases) {
      const { code, out, err } = await auroraboot(...args)
      expect([args, code, out, err]).toEqual([args, expected, '', expect.stringMatching(message)])
    }
    expect((await readdir(directory.path, { recursive: true })).sort()).toEqual(before)
  })

  it('writes no file of a hostile image outside of the directory', async () => {
    await mkdir(at('hostile/aa'), { recursive: true })
    await writeFile(at('hostile/aa/xxyxxyevil'), 'out')
    await symlink('/etc', at('hostile/etc'))
    await symlink('../../..', at('hostile/aa/up'))
    await run('xorriso', '-as', 'mkisofs', '-R', '-o', at('hostile.iso'), at('hostile'))
    const image = (await readFile(at('hostile.iso'))).toString('latin1')
    expect(image).toContain('xxyxxyevil')
    await writeFile(at('hostile.iso'), image.replaceAll('xxyxxyevil', '../../evil'), 'latin1')
    await mkdir(at('jail/inside'), { recursive: true })
    const said = await succeed('iso', 'extract', 'hostile.iso', 'jail/inside/out', '--json')
    expect(JSON.parse(said.trim().split('\n').at(-1) ?? '').warnings).toEqual([
      expect.stringContaining('/aa/up is left out'),
      expect.stringContaining('/etc is left out'),
    ])
    expect(await readdir(at('jail'))).toEqual(['inside'])
    expect((await readdir(at('jail/inside'), { recursive: true })).sort()).toEqual([
      ...['out', 'out/aa', 'out/aa/.._.._evil'],
    ])
  })

  it('starts without the libraries that only a running command needs', async () => {
    const code = `import { registerHooks } from 'node:module'
registerHooks({ load(url, context, next) { process.stderr.write(url + '\\n'); return next(url, context) } })`
    const preload = ['--import', `data:text/javascript,${encodeURIComponent(code)}`]
    for (const args of [['--help'], ['run', '--help'], ['iso', 'customize', '--help']]) {
      const { err } = await run(process.execPath, ...preload, join(BIN, 'auroraboot.js'), ...args)
      expect(err).toContain('/yargs/')
      expect(err).not.toMatch(/node_modules\/(yaml|otplib)\/|packages\/(edgevpn|netboot)\//)
    }
  })

  it('is shown by the example, for a file and a server', async () => {
    const { url, server } = await serve(at('genisoimage.iso'))
    for (const location of [at('genisoimage.iso'), url]) {
      const { code, out, err } = await run(process.execPath, EXAMPLE, location, 'config.yaml', 'example.iso')
      expect([code, err]).toEqual([0, ''])
      expect(out).toContain(`${sha256(await readFile(at('example.iso')))}  example.iso`)
      expect(await succeed('iso', 'cat', 'example.iso', '/config.yaml')).toBe(CONFIG)
      await rm(at('example.iso'))
    }
    server.close()
  })
})

describe.skipIf(requirement(['root', 'mount', 'umount', 'genisoimage']))('auroraboot on a disk that is full', () => {
  it('leaves nothing behind, says so, and does not change an image in place', async () => {
    directory = await temporaryDirectory()
    const disk = at('disk')
    await mkdir(disk)
    expect(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', disk]).status).toBe(0)
    try {
      await mkdir(at('tree'))
      await writeFile(at('tree/rootfs.squashfs'), ROOTFS)
      await writeFile(at('config.yaml'), CONFIG)
      spawnSync('genisoimage', ['-quiet', '-R', '-o', join(disk, 'k.iso'), at('tree')])
      const image = sha256(await readFile(join(disk, 'k.iso')))
      await writeFile(at('big'), Buffer.alloc(3_000_000))
      for (const args of [
        ['iso', 'customize', 'disk/k.iso', 'disk/new.iso', '--cloud-config', 'config.yaml'],
        ['iso', 'customize', 'disk/k.iso', '--in-place', '--add', '/big=big'],
        ['iso', 'extract', 'disk/k.iso', 'disk/out'],
        ['iso', 'create', 'disk/new.iso', '--from', 'tree', '--no-boot'],
      ]) {
        const { code, err } = await auroraboot(...args)
        expect([args, code, err]).toEqual([args, 11, expect.stringMatching(/the disk is full|free bytes expected/)])
        expect(await readdir(disk)).toEqual(['k.iso'])
        expect(sha256(await readFile(join(disk, 'k.iso')))).toBe(image)
      }
    } finally {
      spawnSync('umount', [disk])
      await directory.remove()
    }
  })
})
