/** What the documents say can be done as they say it: commands exist, links lead somewhere, examples of configuration are valid. */
import { spawnSync } from 'node:child_process'
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { aurorabootProgram } from '../packages/cli/src/auroraboot/program.js'
import { kairosctlProgram } from '../packages/cli/src/kairosctl/program.js'
import { parseArguments } from '../packages/cli/src/runtime/parse-arguments.js'
import {
  configurationJsonSchema,
  readConfiguration,
  readMachineTable,
} from '../packages/netboot/src/provision/index.js'
import { configurationTable, TABLE_BEGINS, TABLE_ENDS } from '../scripts/configuration-table.js'
import { shellCommands } from './shell-commands.js'

const root = join(import.meta.dirname, '..')
const MAX_PICTURE_BYTES = 100_000

const pages = globSync(['*.md', 'docs/**/*.md', 'deploy/**/*.md', 'packages/*/README.md'], { cwd: root })
  .filter((page) => !page.startsWith('docs/api/'))
  .sort()
  .map((page) => ({ page, text: readFileSync(join(root, page), 'utf8') }))

/** The fenced blocks of one language, or of none. */
const blocks = (text: string, language: string) =>
  [...text.matchAll(/^ *```(\w*)\n([\s\S]*?)^ *```$/gm)].flatMap(([, name, code = '']) =>
    name === language ? [code] : [],
  )

/** Commands with their arguments, in blocks and, where they stand alone in the text, between backticks. */
function commandsOf(text: string): (readonly string[])[] {
  const inText = [
    ...text.replaceAll(/```[\s\S]*?```/g, '').matchAll(/`((?:sudo )?(?:auroraboot|kairosctl|npm run|npx) [^`…]+)`/g),
  ]
  // There, a command without its arguments is a name.
  return [...blocks(text, 'sh'), ...inText.map(([, command = '']) => `${command} --help`)].flatMap(shellCommands)
}

/** What is wrong with a command, or `undefined`. */
function problemOf([program = '', ...args]: readonly string[]): string | undefined {
  if (program === 'npx' || program === 'podman') return args[0] === 'run' ? undefined : problemOf(args)
  if (program === 'auroraboot' || program === 'kairosctl') {
    try {
      const parsed = parseArguments<object>(program === 'auroraboot' ? aurorabootProgram() : kairosctlProgram(), args)
      return parsed.kind === 'nothing' ? 'no command' : undefined
    } catch (error) {
      return String(error)
    }
  }
  if (program === 'npm' && args[0] === 'run') {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object }
    return args[1] === undefined || Object.hasOwn(scripts, args[1]) ? undefined : 'no such script'
  }
  const file = program === 'node' ? args[0] : program.startsWith('.') ? program : undefined
  return file === undefined || existsSync(join(root, file)) ? undefined : 'no such file'
}

/** As GitHub makes them of headings. */
function anchorsOf(text: string): string[] {
  return [...text.replaceAll(/```[\s\S]*?```/g, '').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\- _]/gu, '')
      .replaceAll(' ', '-'),
  )
}

describe.each(pages)('$page', ({ page, text }) => {
  it('shows commands that there are, with options that they have', () => {
    const problems = commandsOf(text).map((words) => [words.join(' '), problemOf(words)])
    expect(problems.filter(([, problem]) => problem !== undefined)).toEqual([])
  })

  it('has links that lead somewhere', () => {
    const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link)
    const broken = links.filter((link) => {
      if (/^[a-z]+:/.test(link)) return false
      const [path = '', anchor] = link.split('#')
      const target = path === '' ? join(root, page) : join(root, dirname(page), path)
      if (!existsSync(target)) return true
      return anchor !== undefined && !anchorsOf(readFileSync(target, 'utf8')).includes(anchor)
    })
    expect(broken).toEqual([])
  })

  it('has configurations that can be read', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'guides-'))
    try {
      for (const [index, code] of blocks(text, 'yaml').entries()) {
        if (!code.startsWith('# aurora.yaml')) continue
        const file = join(directory, `${index}.yaml`)
        writeFileSync(file, code)
        expect((await readConfiguration({ file })).warnings).toEqual([])
      }
    } finally {
      rmSync(directory, { recursive: true })
    }
  })
})

/** What the examples in the text leave to the reader. */
const LEFT_TO_THE_READER = 'declare const text: string\ndeclare const config: string\n'

describe('the TypeScript of the documents', () => {
  it('compiles', () => {
    const directory = mkdtempSync(join(tmpdir(), 'guides-'))
    try {
      symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'))
      writeFileSync(join(directory, 'package.json'), '{ "type": "module" }')
      const examples = pages.filter(({ page }) => page.startsWith('docs/')).flatMap(({ text }) => blocks(text, 'ts'))
      expect(examples.length).toBeGreaterThan(2)
      const files = examples.map((code, index) => {
        writeFileSync(join(directory, `${index}.ts`), `${LEFT_TO_THE_READER}${code}\nexport {}\n`)
        return `${index}.ts`
      })
      const compilerOptions = {
        module: 'nodenext',
        target: 'es2022',
        lib: ['es2024', 'esnext.disposable'],
        strict: true,
      }
      const config = {
        compilerOptions: { ...compilerOptions, noEmit: true, skipLibCheck: true, types: ['node'] },
        files,
      }
      writeFileSync(join(directory, 'tsconfig.json'), JSON.stringify(config))
      const compiler = join(root, 'node_modules/typescript/bin/tsc')
      const { stdout } = spawnSync(process.execPath, [compiler, '--project', directory], { encoding: 'utf8' })
      expect(stdout).toBe('')
    } finally {
      rmSync(directory, { recursive: true })
    }
  })
})

describe('the check of commands', () => {
  it('finds unknown programs, commands, options and scripts, and knows comments, quotes, pipes and variables', () => {
    const script = `sudo auroraboot iso cat kairos.iso /config.yaml | grep 'a b' > out # kairosctl nothing
      TOKEN=x kairosctl register \\
        --config "my config.yaml" $(cat token)`
    const commands = shellCommands(script)
    expect(commands).toEqual([
      ['auroraboot', 'iso', 'cat', 'kairos.iso', '/config.yaml'],
      ['grep', 'a b'],
      ['kairosctl', 'register', '--config', 'my config.yaml', '$(cat token)'],
    ])
    expect(commands.map(problemOf)).toEqual([undefined, undefined, undefined])
    const wrong = [
      'auroraboot iso eat kairos.iso',
      'kairosctl register --konfig x',
      'npm run nothing',
      'node nowhere.ts',
    ]
    expect(wrong.flatMap(shellCommands).map(problemOf)).not.toContain(undefined)
  })
})

describe('the documents', () => {
  it('are all reached from docs/README.md', () => {
    const index = readFileSync(join(root, 'docs/README.md'), 'utf8')
    const documents = globSync(['*.md', 'guides/*.md'], { cwd: join(root, 'docs') }).filter(
      (name) => name !== 'README.md',
    )
    expect(documents.filter((name) => !index.includes(`(${name})`))).toEqual([])
  })

  it('have a table of all keys of a configuration', () => {
    const page = readFileSync(join(root, 'docs/configuration.md'), 'utf8')
    expect(page).toContain(`${TABLE_BEGINS}${configurationTable(configurationJsonSchema())}${TABLE_ENDS}`)
  })

  it('have pictures that load quickly', () => {
    const large = globSync('docs/images/*', { cwd: root }).filter(
      (name) => statSync(join(root, name)).size > MAX_PICTURE_BYTES,
    )
    expect(large).toEqual([])
  })

  it('have tables of machines that can be read', () => {
    const guide = readFileSync(join(root, 'docs/guides/many-machines.md'), 'utf8')
    const csv = readMachineTable(blocks(guide, '').find((code) => code.startsWith('mac,')) ?? '', 'csv')
    const yaml = readMachineTable(blocks(guide, 'yaml').find((code) => code.startsWith('- { mac')) ?? '', 'yaml')
    expect(csv.length).toBe(2)
    expect(yaml.map(({ mac, name }) => [mac, name])).toEqual(csv.map(({ mac, name }) => [mac, name]))
  })
})
