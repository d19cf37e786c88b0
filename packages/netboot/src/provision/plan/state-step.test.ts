import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { holdState, rememberMade, type StatePaths, statePaths } from '../state/index.js'
import { runSteps } from '../steps/index.js'
import { stateStep, type Wanted } from './state-step.js'

describe('what an earlier run has left in the state directory', () => {
  let directory: string
  let paths: StatePaths
  const sha256 = 'a'.repeat(64)
  const write = async (...names: string[]) => {
    for (const name of names) await writeFile(join(paths.iso, name), name)
  }
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'kairos-state-step-'))
    paths = statePaths(join(directory, 'state'))
    await (await holdState(paths)).release()
    await mkdir(paths.machines, { mode: 0o700 })
    await write('config.yaml', 'kairos.iso', 'kairos.iso.custom.iso', 'kairos.iso.custom.iso.sha256')
    for (const machine of ['gone', 'Kept', 'changed']) {
      await write(`machines/${machine}.iso`, `machines/${machine}.iso.sha256`)
      await rememberMade(paths, join(paths.machines, `${machine}.iso`), { identity: machine, sha256 })
    }
    await write('machines/of-somebody.iso')
    await writeFile(join(paths.machines, 'changed.iso'), 'by somebody else')
  })
  afterEach(() => rm(directory, { recursive: true }))

  const kept = { name: 'kept', mac: undefined, uuid: undefined, cloudConfig: 'x' }
  const stepFor = async (wanted: Partial<Wanted> | undefined) => {
    const at = (name: string) => join(paths.iso, name)
    const names = {
      ...{ name: 'kairos.iso', iso: at('kairos.iso') },
      ...{ custom: at('kairos.iso.custom.iso'), cloudConfig: at('config.yaml') },
    }
    const all = { paths, names, custom: true, cloudConfig: 'x', machines: [] }
    return stateStep(paths, [], wanted && { ...all, ...wanted })
  }
  const files = async () => {
    const names = (await readdir(paths.iso, { recursive: true })).map((name) => name.replaceAll('\\', '/'))
    return names.filter((name) => name.includes('.') && !name.startsWith('.work'))
  }

  it.each<[string, Partial<Wanted> | undefined, string[]]>([
    ['that makes no ISO files', undefined, []],
    ['that makes all of them', {}, []],
    ['without a cloud config', { cloudConfig: undefined }, ['config.yaml']],
    ['without a custom ISO', { custom: false }, ['kairos.iso.custom.iso', 'kairos.iso.custom.iso.sha256']],
    [
      'with a table: images that a run has made for machines that it lists no more',
      { machines: [kept] },
      ['machines/gone.iso', 'machines/gone.iso.sha256'],
    ],
  ])('is removed, and told beforehand, by a run %s', async (_, wanted, removed) => {
    const before = await files()
    const step = await stepFor(wanted)
    expect(step.removes).toEqual(removed.map((name) => join(paths.iso, name)))
    expect(await files()).toEqual(before)
    const results = await runSteps([step])
    await results.of(step).release()
    expect((await files()).sort()).toEqual(before.filter((name) => !removed.includes(name)).sort())
  })

  it('is not told of what is not there', async () => {
    await rm(paths.stateDir, { recursive: true })
    expect((await stepFor({ cloudConfig: undefined, custom: false, machines: [kept] })).removes).toEqual([])
  })
})
