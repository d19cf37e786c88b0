import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { readConfiguration } from '../configuration/index.js'
import { planProvision } from '../plan/plan-provision.js'
import { writeSystemLayout } from '../testing/small-system.js'
import { provision } from './provision.js'

describe('an image that is there from an earlier run', () => {
  let directory: string
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'kairos-reuse-'))
    await writeSystemLayout(join(directory, 'layout'), 'initrd')
  })
  afterEach(async () => {
    vi.unstubAllEnvs()
    await rm(directory, { recursive: true })
  })

  /** Makes files and serves nothing. */
  async function make() {
    const text = JSON.stringify({
      container_image: `oci:${join(directory, 'layout')}`,
      state_dir: join(directory, 'state'),
      ...{ disable_netboot: true, disable_http_server: true },
      cloud_config: '#cloud-config\nhostname: node\n',
    })
    const reused: string[] = []
    const run = provision(await planProvision(await readConfiguration({ text })), {
      onEvent({ of, event }) {
        if (of === 'step' && event.type === 'done' && event.reused) reused.push(event.step)
      },
    })
    const { warnings, files } = await run.done
    return { warnings, files, reused }
  }

  it('is told with the same warnings as when it was made', async () => {
    const first = await make()
    expect(first.warnings).toContainEqual(expect.stringMatching(/does not start with Secure Boot/))
    const second = await make()
    expect(second.reused).toContain('iso')
    expect(second.warnings).toEqual(first.warnings)
    expect(second.files).toEqual(first.files)
    expect(Object.keys(second.files[1] ?? {})).toEqual(['path', 'size', 'sha256', 'secret'])
  })

  it('is made again when this machine gets another GRUB, as its warning advises', async () => {
    await make()
    expect((await make()).reused).toContain('iso')
    const programs = join(directory, 'programs')
    await mkdir(programs)
    const program = process.platform === 'win32' ? 'grub-mkimage.exe' : 'grub-mkimage'
    await writeFile(join(programs, program), '', { mode: 0o755 })
    vi.stubEnv('PATH', [programs, process.env.PATH].join(delimiter))
    expect((await make()).reused).not.toContain('iso')
    expect((await make()).reused).toContain('iso')
  })
})
