import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readFully } from '../../bytes/byte-source.js'
import { fileSource } from '../../bytes/file-source.js'
import { memorySource } from '../../bytes/memory-source.js'
import { authorIso } from '../../media/iso/index.js'
import { readConfiguration } from '../configuration/index.js'
import { startIsoServer } from '../iso-server/index.js'
import { holdState, statePaths } from '../state/index.js'
import { defineStep, runSteps } from '../steps/index.js'
import { isoNames } from './iso-names.js'
import { customChecksumStep, customIsoStep } from './iso-steps.js'
import { servedMachinesStep, writtenMachinesStep } from './machine-iso-steps.js'
import type { PlanContext } from './plan-context.js'

/** Takes the place of the kernel, which has a sector of its own. */
const KERNEL = 'kernel'.padEnd(2048, '.')
const WARNING = 'The MD5 checksums that xorriso put over the whole image were removed; those of its files stay.'

describe('the warnings of a step', () => {
  let directory: string
  const held: (() => Promise<void>)[] = []
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'kairos-iso-steps-'))
    const entries = [{ path: '/boot/kernel', type: 'file', source: memorySource('kernel', KERNEL) }] as const
    const image = await authorIso({ volumeLabel: 'COS_LIVE', entries, date: new Date('2026-01-01') })
    const bytes = Buffer.from(await readFully(image, 0, image.size))
    const block = bytes.indexOf(KERNEL) / 2048
    bytes.write(`libisofs_checksum_tag_v1 pos=${block} `, block * 2048, 'latin1')
    await writeFile(join(directory, 'base.iso'), bytes)
  })
  afterEach(async () => {
    for (const release of held.splice(0).reverse()) await release()
    await rm(directory, { recursive: true })
  })

  /** Makes the custom ISO and those of two machines. */
  async function make() {
    const paths = statePaths(join(directory, 'state'))
    const { configuration } = await readConfiguration({ set: ['container_image=x'] })
    const state = defineStep({ id: 'state', title: 'Hold', run: () => holdState(paths) })
    const isoServer = defineStep({
      id: 'iso-server',
      title: 'Serve',
      run: () => startIsoServer({ listenAddress: { host: '127.0.0.1', port: 0 }, title: 'system' }),
    })
    const base = defineStep({
      id: 'base',
      title: 'Base',
      needs: [state],
      run: async () => ({ source: await fileSource(join(directory, 'base.iso')), sha256: 'base', system: 'system' }),
    })
    const machines = ['a', 'b'].map((name) => ({ name, mac: undefined, uuid: undefined, cloudConfig: `#${name}` }))
    const names = isoNames(configuration, paths, new Date())
    const shared = { configuration, paths, names, state, machines, options: {}, cloudConfig: '#cloud-config\n' }
    const context: PlanContext = { ...shared, isoServer: undefined }
    const customIso = customIsoStep(context, base)
    const written = writtenMachinesStep(context, base)
    const served = servedMachinesStep({ ...context, isoServer }, base, isoServer)
    const warnings: string[] = []
    const reused: string[] = []
    const steps = [state, isoServer, base, customIso, customChecksumStep(context, customIso), written, served]
    const results = await runSteps(steps, {
      onDefer: (release) => void held.push(release),
      onEvent(event) {
        if (event.type === 'warning') warnings.push(`${event.step}: ${event.message}`)
        if (event.type === 'done' && event.reused) reused.push(event.step)
      },
    })
    await results.of(state).release()
    await results.of(isoServer).stop()
    expect(results.of(written).files.map((file) => Object.keys(file).length)).toEqual([4, 4, 4, 4])
    return { warnings: warnings.sort(), reused: reused.sort() }
  }

  it('are those of its images, each once, also when they are there from an earlier run', async () => {
    const warnings = [`custom-iso: ${WARNING}`, ...Array(2).fill(`machine-isos: ${WARNING}`)]
    expect(await make()).toEqual({ warnings, reused: [] })
    expect(await make()).toEqual({ warnings, reused: ['custom-checksum', 'custom-iso', 'machine-isos'] })
  })
})
