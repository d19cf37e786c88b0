import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { aurorabootProgram } from './auroraboot/program.js'
import { kairosctlProgram } from './kairosctl/program.js'
import { cliReference } from './reference.js'
import { everyCommand, type Program } from './runtime/command.js'
import { helpOf, parseArguments } from './runtime/parse-arguments.js'

describe('docs/cli.md', () => {
  it('says what the code says; else run: npm run docs:cli', async () => {
    const page = await readFile(new URL('../../../docs/cli.md', import.meta.url), 'utf8')
    expect(page).toBe(cliReference())
  })
})

describe.each([kairosctlProgram() as Program<unknown>, aurorabootProgram() as Program<unknown>])(
  'the definitions of $name',
  (program) => {
    it.each([...everyCommand(program)].map(({ words, command }) => [words.join(' '), words, command] as const))(
      '%s is explained by its help, in lines that fit a terminal',
      (_name, words, command) => {
        const help = helpOf(program, words)
        for (const part of [
          `${program.name} ${words.join(' ')}`,
          'Examples:',
          'Exit codes:',
          command.examples[0]?.[0],
        ]) {
          expect(help).toContain(part)
        }
        for (const name of Object.keys(command.options)) expect(help).toContain(`--${name}`)
        expect(help.split('\n').filter((line) => line.length > 80)).toEqual([])
      },
    )

    it('has no example that cannot be run', () => {
      const examples = [...everyCommand(program)].flatMap(({ command }) => command.examples).concat(program.examples)
      for (const [commandLine] of examples) expect([commandLine, kindOf(commandLine)]).toEqual([commandLine, 'command'])
    })

    it('keeps the promises of the README', async () => {
      const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
      const commandLines = readme.match(new RegExp(`^${program.name} .*$`, 'gm')) ?? []
      expect(commandLines.length).toBeGreaterThan(4)
      for (const commandLine of commandLines)
        expect([commandLine, kindOf(commandLine)]).toEqual([commandLine, 'command'])
    })

    function kindOf(commandLine: string): string {
      const words = new RegExp(`${program.name} ([^<>)#]*)`).exec(commandLine)?.[1]?.trim().split(/ +/) ?? []
      return parseArguments(
        program,
        words.map((word) => word.replaceAll('"', '')),
      ).kind
    }
  },
)
