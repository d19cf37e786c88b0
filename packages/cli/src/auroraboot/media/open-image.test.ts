import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runProgram } from '../../runtime/run-program.js'
import { capturedIo } from '../../testing/captured-io.js'
import { aurorabootProgram } from '../program.js'

describe('a URL with a login and a query', () => {
  let directory: string
  const at = (name: string) => join(directory, name)
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'open-image-'))
    await writeFile(at('config.yaml'), '#cloud-config\n')
  })
  afterAll(() => rm(directory, { recursive: true }))

  // Nobody listens there.
  const url = 'http://user:hidden@127.0.0.1:1/k.iso?signature=hidden'
  const commands: [string, string[]][] = [
    ['iso ls', [url]],
    ['iso cat', [url, '/x']],
    ['iso extract', [url, 'out']],
    ['iso customize', [url, 'out.iso', '--cloud-config', 'config.yaml']],
    ['iso customize', [url]],
    ['iso customize', [url, '--cloud-config', 'config.yaml']],
    ['iso customize', [url, 'config.yaml', '--cloud-config', 'config.yaml']],
    ['iso create', ['out.iso', '--kernel', url, '--initrd', url]],
    ['netboot', [url, 'out', 'k']],
    ['unpack', [url, 'out.tar']],
    ['build-iso', [url, '--output', 'out']],
  ]

  it.each(commands)('is told without them by %s', async (words, args) => {
    for (const options of [[], ['--json']]) {
      const io = capturedIo()
      const paths = args.map((arg) => (/^(out|config)/.test(arg) ? at(arg) : arg))
      expect(await runProgram(aurorabootProgram(), [...words.split(' '), ...paths, ...options], io)).not.toBe(0)
      const said = io.stdout.text + io.stderr.text
      expect(said).not.toContain('hidden')
    }
  })
})
