import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { publishedPackages } from '../scripts/published-packages.js'
import { temporaryDirectory } from './temporary.js'

const root = join(import.meta.dirname, '..')
const packages = publishedPackages()

/** The fenced blocks of one language. */
const blocks = (markdown: string, language: string) =>
  [...markdown.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, 'gm'))].map(([, code = '']) => code)

/** What the first column of the table of subpaths names: `/dhcp`, `/tftp` in one row are two. */
function subpathsInTable(markdown: string): string[] {
  const [, table = ''] = markdown.match(/^\| subpath \|.*\n\|[-| ]+\n((?:\|.*\n)+)/m) ?? []
  const cells = table.split('\n').map((row) => row.split('|')[1] ?? '')
  return cells.flatMap((cell) => [...cell.matchAll(/`(.+?)`/g)].map(([, name = '']) => name.replace(/^\//, './')))
}

const examples = packages.flatMap(({ name, directory }) => {
  const readme = readFileSync(join(directory, 'README.md'), 'utf8')
  return blocks(readme, 'ts').map((code, index) => ({ name, index, code }))
})

let directory: Awaited<ReturnType<typeof temporaryDirectory>>
beforeAll(async () => {
  directory = await temporaryDirectory()
  await writeFile(join(directory.path, 'package.json'), '{ "type": "module" }')
  // The packages as their builds give them, by the names that a reader imports them by.
  await symlink(join(root, 'node_modules'), join(directory.path, 'node_modules'))
})
afterAll(() => directory.remove())

describe.each(packages)('the README of $name', ({ name, directory: source, entryPoints }) => {
  const readme = readFileSync(join(source, 'README.md'), 'utf8')

  it('shows how to install it, and an example', () => {
    expect(readme).toMatch(new RegExp(`^npm install (--global )?(\\S+ )*${name}( \\S+)*$`, 'm'))
    expect(blocks(readme, 'ts')).not.toEqual([])
  })

  it('names every subpath, and no others', () => {
    const subpaths = entryPoints.map(({ subpath }) => subpath)
    if (subpaths.length === 1) expect(subpathsInTable(readme)).toEqual([])
    else expect(subpathsInTable(readme).sort()).toEqual(subpaths.sort())
  })
})

describe('the examples of the READMEs', () => {
  it('compile', async () => {
    const files = examples.map(({ name, index }) => `${name.replace('@kairos-sdk/', '')}-${index}.ts`)
    for (const [at, { code }] of examples.entries()) {
      // An export makes a module of it whatever it imports, so that names of two examples do not meet.
      await writeFile(join(directory.path, files[at] ?? ''), `${code}\nexport {}\n`)
    }
    const compilerOptions = { module: 'nodenext', target: 'es2024', strict: true, noEmit: true, types: ['node'] }
    const lib = ['es2024', 'esnext.disposable']
    await writeFile(
      join(directory.path, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: { ...compilerOptions, lib, skipLibCheck: true }, files }),
    )
    const compiler = join(root, 'node_modules/typescript/bin/tsc')
    const { stdout } = spawnSync(process.execPath, [compiler, '--project', directory.path], { encoding: 'utf8' })
    expect(stdout).toBe('')
  })

  /** Runs the example of a package in a directory of its own, where the files lie that it reads. */
  async function run(name: string, files: Readonly<Record<string, string | Uint8Array>>) {
    const place = join(directory.path, name.replace('@kairos-sdk/', 'run-'))
    await mkdir(place)
    for (const [path, content] of Object.entries(files)) await writeFile(join(place, path), content)
    await writeFile(join(place, 'example.ts'), examples.find((example) => example.name === name)?.code ?? '')
    const result = spawnSync(process.execPath, ['example.ts'], { cwd: place, encoding: 'utf8' })
    return { place, status: result.status, stdout: result.stdout, stderr: result.stderr }
  }

  it('core: prints a token without its secrets', async () => {
    const { status, stdout, stderr } = await run('@kairos-sdk/core', {})
    expect([status, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^EdgeVPN token [0-9a-f]{8} \(keys rotate: never\)\n$/)
  })

  it('netboot: writes an ISO with the cloud config inside', async () => {
    const { authorIso, fileSource, memorySource, openIso, readFully, writeImage } = await import('@kairos-sdk/netboot')
    const base = join(directory.path, 'base.iso')
    const kernel = memorySource('kernel', 'kernel')
    await writeImage(
      await authorIso({ volumeLabel: 'COS_LIVE', entries: [{ path: '/boot/kernel', type: 'file', source: kernel }] }),
      base,
    )
    const { place, status, stderr } = await run('@kairos-sdk/netboot', { 'kairos.iso': await readFile(base) })
    expect([status, stderr]).toEqual([0, ''])
    const image = await openIso(await fileSource(join(place, 'kairos.custom.iso')))
    const source = await image.open('/config.yaml')
    const config = await readFully(source, 0, source.size)
    expect(Buffer.from(config).toString()).toBe('#cloud-config\ninstall: { auto: true }\n')
  })

  it('cli: checks a cloud config', async () => {
    const { status, stdout } = await run('@kairos-sdk/cli', { 'config.yaml': '#cloud-config\nusers: []\n' })
    expect([status, stdout]).toEqual([0, expect.stringContaining('config.yaml')])
  })

  it('edgevpn: says that the picture shows no code', async () => {
    const blank = `P1\n64 64\n${'0 '.repeat(64 * 64)}`
    const { status, stderr } = await run('@kairos-sdk/edgevpn', { 'screenshot.png': blank, 'config.yaml': '' })
    expect([status, stderr]).toEqual([1, expect.stringContaining('qr/no-code')])
  })
})
