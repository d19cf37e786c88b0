import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { builtinModules } from 'node:module'
import { join } from 'node:path'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { publishedPackages } from '../scripts/published-packages.js'
import { canInstall, NODE_RANGES, nodeOf, npm, QUIET_INSTALL, runningOn } from './node-versions.js'
import { temporaryDirectory } from './temporary.js'

const packages = publishedPackages()
const entryPoints = packages.flatMap((published) => published.entryPoints)

interface Tarball {
  readonly name: string
  readonly filename: string
  readonly files: readonly { readonly path: string }[]
}

/** The packages, packed from their builds. */
function pack(destination: string): Tarball[] {
  const workspaces = packages.map(({ directory }) => `--workspace=${directory}`)
  const args = ['pack', '--json', '--ignore-scripts', `--pack-destination=${destination}`, ...workspaces]
  const answer = JSON.parse(npm(args, join(import.meta.dirname, '..'))) as Tarball[] | Record<string, Tarball>
  return Object.values(answer)
}

let directory: Awaited<ReturnType<typeof temporaryDirectory>>
let tarballs: readonly Tarball[]
let project: string

beforeAll(async () => {
  directory = await temporaryDirectory()
  tarballs = pack(directory.path)
  project = join(directory.path, 'project')
})
afterAll(() => directory.remove())

/** The package that a specifier belongs to: `@scope/name` of `@scope/name/subpath`. */
const packageOf = (specifier: string) =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')

/** What a built file imports that is not a file beside it. */
function imports(path: string): string[] {
  const { importedFiles } = ts.preProcessFile(readFileSync(path, 'utf8'), true, true)
  return importedFiles.map(({ fileName }) => fileName).filter((name) => !name.startsWith('.'))
}

describe.each(packages)('the tarball of $name', ({ name, directory: source, dependencies }) => {
  const files = () => tarballs.find((tarball) => tarball.name === name)?.files.map(({ path }) => path) ?? []

  it('holds the build, what a reader wants to know, and nothing else', () => {
    const [documents, built] = [files().filter((path) => !path.includes('/')), files().filter((p) => p.includes('/'))]
    expect(documents.sort()).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json'])
    expect(built.filter((path) => !/^(bin\/\w+\.js|dist\/[\w/-]+\.(js|js\.map|d\.ts))$/.test(path))).toEqual([])
    expect(built.filter((path) => /\btest\b|fixtures|testing/.test(path))).toEqual([])
  })

  it('imports only what its package.json asks for', () => {
    const used = files()
      .filter((path) => /\.(js|d\.ts)$/.test(path))
      .flatMap((path) => imports(join(source, path)))
      .filter((specifier) => !specifier.startsWith('node:') && !builtinModules.includes(specifier))
    const undeclared = used.filter((specifier) => !dependencies.includes(packageOf(specifier)))
    expect([...new Set(undeclared)].filter((specifier) => packageOf(specifier) !== name)).toEqual([])
  })

  it('asks for nothing that it does not import', () => {
    const used = files()
      .filter((path) => /\.(js|d\.ts)$/.test(path))
      .flatMap((path) => imports(join(source, path)).map(packageOf))
    expect(dependencies.filter((dependency) => !used.includes(dependency))).toEqual([])
  })

  it('has a changelog whose newest version is that of the package', async () => {
    const { version } = JSON.parse(await readFile(join(source, 'package.json'), 'utf8')) as { version: string }
    const changelog = await readFile(join(source, 'CHANGELOG.md'), 'utf8')
    expect(changelog.match(/^## (.+)$/m)?.[1]).toBe(version)
  })
})

describe.skipIf(!canInstall())('an empty project that the tarballs are installed into', () => {
  beforeAll(async () => {
    await mkdir(project)
    await writeFile(join(project, 'package.json'), '{ "private": true, "type": "module" }')
    const { devDependencies } = JSON.parse(await readFile(join(import.meta.dirname, '../package.json'), 'utf8'))
    const tools = ['typescript', '@types/node'].map((name) => `${name}@${devDependencies[name]}`)
    npm([...QUIET_INSTALL, ...tools, ...tarballs.map(({ filename }) => join(directory.path, filename))], project)
  })

  describe.each(NODE_RANGES)('under Node %s', (range) => {
    let node: string
    beforeAll(() => {
      node = nodeOf(range)
    })

    it('imports every subpath, with the names that its source exports', async () => {
      const list = entryPoints.map(({ specifier }) => specifier)
      const program = `const names = {}
for (const specifier of ${JSON.stringify(list)}) names[specifier] = Object.keys(await import(specifier)).sort()
console.log(JSON.stringify(names))`
      const args = ['--input-type=module', '--eval', program]
      const found = JSON.parse(execFileSync(node, args, { cwd: project, encoding: 'utf8' }))
      expect(Object.keys(found)).toEqual(list)
      for (const { specifier, source } of entryPoints) {
        expect([specifier, found[specifier]]).toEqual([specifier, Object.keys(await import(source)).sort()])
      }
    })

    it.each([['customize-iso'], ['image-to-squashfs', 'dir:nowhere'], ['netboot'], ['provision']])(
      'runs the example %s, which says what is missing',
      (name, ...args) => {
        const example = join(import.meta.dirname, '../examples', `${name}.ts`)
        const options = {
          cwd: directory.path,
          env: { ...process.env, TMPDIR: directory.path },
          encoding: 'utf8',
        } as const
        const { status, stderr } = spawnSync(node, [example, ...args], options)
        expect([status, stderr]).toEqual([1, expect.stringMatching(/^[a-z]+\/[a-z-]+: /)])
      },
    )

    it('runs the programs', async () => {
      const run = (bin: string, ...args: string[]) =>
        execFileSync(join(project, 'node_modules/.bin', bin), args, {
          cwd: directory.path,
          env: runningOn(node),
          stdio: 'pipe',
          encoding: 'utf8',
        })
      for (const { bins, version } of packages) {
        for (const bin of Object.keys(bins)) expect([bin, run(bin, '--version').trim()]).toEqual([bin, version])
      }
      const token = run('kairosctl', 'token', 'generate').trim()
      expect(run('kairosctl', 'token', 'show', token)).toContain('rotat')
      const [tree, image] = [join(directory.path, `tree${range}`), join(directory.path, `image${range}.iso`)]
      await mkdir(tree)
      await writeFile(join(tree, 'config.yaml'), '#cloud-config\n')
      run('auroraboot', 'iso', 'create', image, '--from', tree, '--no-boot')
      expect(run('auroraboot', 'iso', 'cat', image, '/config.yaml')).toBe('#cloud-config\n')
    })
  })

  it.each([
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ])(
    'compiles strictly, with the declarations of all libraries checked: module %s, resolution %s',
    async (...options) => {
      const [module, moduleResolution] = options
      const consumer = entryPoints.map(({ specifier }, index) => `import * as entry${index} from '${specifier}'`)
      const all = `export const all = [${entryPoints.map((_, index) => `entry${index}`).join(', ')}]`
      await writeFile(join(project, 'consumer.ts'), `${consumer.join('\n')}\n${all}\n`)
      const compilerOptions = {
        ...{ module, moduleResolution, target: 'es2022', strict: true, noEmit: true, types: ['node'] },
        ...{ exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, skipLibCheck: false },
      }
      await writeFile(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['consumer.ts'] }))
      const compiler = join(project, 'node_modules/typescript/bin/tsc')
      try {
        execFileSync(process.execPath, [compiler, '--project', project], { encoding: 'utf8' })
      } catch (error) {
        expect.fail((error as { stdout: string }).stdout)
      }
    },
  )
})
