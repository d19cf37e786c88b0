import { mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readFully } from '../../bytes/byte-source.js'
import { fakeNetwork } from '../../servers/fake-network.js'
import type { BootArtifacts } from '../../sources/boot-artifacts.js'
import { readConfiguration } from '../configuration/index.js'
import type { PlanOptions } from '../plan/plan-options.js'
import { planProvision } from '../plan/plan-provision.js'
import { runSteps, type Step } from '../steps/index.js'
import { writeSystemDirectory } from '../testing/small-system.js'
import { provision } from './provision.js'

const MACHINES = 'mac,name\n08:00:27:54:1a:d1,node-1\n'
const IMAGES = ['kairos.iso', 'kairos.iso.custom.iso', 'machines/node-1.iso']

describe('two runs, one after the other, with one state directory', () => {
  let directory: string
  const held: (() => Promise<void>)[] = []
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'kairos-two-runs-'))
    await writeFile(join(directory, 'machines.csv'), MACHINES)
    await writeFile(join(directory, 'ipxe.efi'), 'build')
  })
  afterEach(async () => {
    for (const release of held.splice(0).reverse()) await release()
    await rm(directory, { recursive: true })
  })

  /** A plan for a system of its own. */
  async function planOf(mark: string, set: string[], options: PlanOptions = {}) {
    const system = join(directory, mark)
    await writeSystemDirectory(system, `initrd of ${mark}`)
    const text = JSON.stringify({
      container_image: `dir:${system}`,
      state_dir: join(directory, 'state'),
      listen_addr: '127.0.0.1:0',
      netboot_http_port: 0,
      cloud_config: `#cloud-config\nhostname: ${mark}\n`,
    })
    const netboot = {
      openSocket: fakeNetwork().host('10.0.0.1').openSocket,
      ownInterfaces: () => [{ name: 'eth0', address: '10.0.0.1', netmask: '255.255.255.0', internal: false }],
    }
    const ipxe = { directory, systemDirectories: [], cacheDirectory: directory }
    return planProvision(await readConfiguration({ text, set }), { netboot, ipxe, ...options })
  }

  // There a file that is held open cannot be replaced.
  it.skipIf(process.platform === 'win32')('the servers of the first go on with what it made', async () => {
    const set = ['disable_netboot=true', `machines=${join(directory, 'machines.csv')}`]
    const start = async (mark: string) => provision(await planOf(mark, set, { machineIsos: 'files' }), { graceMs: 0 })
    await using first = await start('first')
    const [url] = (await first.ready).isoServer?.urls ?? []
    const imagesOf = (read: (name: string) => Promise<Buffer>) => Promise.all(IMAGES.map(read))
    const onDisk = () => imagesOf((name) => readFile(join(directory, 'state/iso', name)))
    const served = () => imagesOf(async (name) => Buffer.from(await (await fetch(`${url}/${name}`)).arrayBuffer()))
    const made = await onDisk()
    await using second = await start('second')
    await second.ready
    const inPlace = await onDisk()
    const again = await served()
    for (const [index, image] of made.entries()) {
      expect(inPlace[index]?.equals(image), IMAGES[index]).toBe(false)
      expect(again[index]?.equals(image), IMAGES[index]).toBe(true)
    }
  })

  it.skipIf(process.platform === 'win32').each([
    ['of an ISO', []],
    ['without an ISO', ['disable_iso=true']],
  ])('machines of the first boot what it made, %s', async (_, more) => {
    const begin = async (mark: string) => {
      const { steps } = await planOf(mark, ['disable_http_server=true', ...more])
      const results = await runSteps(steps, { onDefer: (release) => void held.push(release) })
      await results.of(steps.find(({ id }) => id === 'state') as Step<{ release(): Promise<void> }>).release()
      return results.of(steps.find(({ id }) => id === 'netboot-files') as Step<BootArtifacts>)
    }
    const first = await begin('first')
    await begin('second')
    for (const source of [first.kernel, first.rootfs]) await readFully(source, 0, source.size)
    const initrd = Buffer.from(await readFully(first.initrd, 0, first.initrd.size))
    expect(initrd.toString()).toBe('initrd of first')
  })

  it.runIf(process.platform === 'linux')('let go of all files in the end', async () => {
    const openFiles = async () => {
      const names = await readdir('/proc/self/fd')
      const paths = await Promise.all(names.map((name) => readlink(`/proc/self/fd/${name}`).catch(() => '')))
      return paths.filter((path) => path.startsWith(`${directory}/state/`)).map((path) => basename(path))
    }
    const run = provision(await planOf('first', ['disable_netboot=true']), { graceMs: 0 })
    await run.ready
    expect((await openFiles()).sort()).toEqual(['kairos.iso', 'kairos.iso.custom.iso'])
    await run.stop()
    expect(await openFiles()).toEqual([])
  })
})
