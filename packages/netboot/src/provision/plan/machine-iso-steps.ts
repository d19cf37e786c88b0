import { basename, join } from 'node:path'
import { fileSource } from '../../bytes/file-source.js'
import { hashSource } from '../../bytes/hash-source.js'
import { writeImage } from '../../media/iso/index.js'
import { makePrivateDirectory } from '../../output/private-directory.js'
import type { IsoServer } from '../iso-server/index.js'
import { customisedImage } from '../machine-isos/customised-image.js'
import { servedImages } from '../machine-isos/served-image.js'
import type { ResultFile } from '../results.js'
import {
  directoryDigest,
  identityOf,
  openResult,
  putChecksum,
  putInPlace,
  recallMade,
  rememberMade,
  resultFile,
} from '../state/index.js'
import { defineStep, type Step, type StepContext } from '../steps/index.js'
import { additionsOf } from './iso-steps.js'
import type { MachineConfig } from './machine-configs.js'
import { type BaseIso, type PlanContext, type StepFiles, serverOf } from './plan-context.js'

/** Images that are held open: some systems let a process have a few thousand files. */
const MAX_HELD = 1000

const DESCRIBE = 'With the cloud config of this machine.'

/** Offers an image for each machine, which is made up while it is downloaded. */
export function servedMachinesStep(
  context: PlanContext,
  base: Step<BaseIso>,
  isoServer: Step<IsoServer>,
): Step<StepFiles> {
  const { machines } = context
  return defineStep({
    id: 'machine-isos',
    title: `Offer an image for each of ${machines.length} machines`,
    needs: [base, isoServer],
    serves: machines.map(pathOf),
    async run(step) {
      const { source, sha256 } = step.resultOf(base)
      const server = step.resultOf(isoServer)
      const images = servedImages(source)
      const identify = await identityOfMachines(context, sha256, step)
      const additionsFor = ({ cloudConfig }: MachineConfig) => ({ ...additionsOf(context), cloudConfig })
      // What cannot be made is better told now than to the first machine that asks.
      const [first] = machines
      const image = first && (await customisedImage(source, additionsFor(first), { name: `${first.name}.iso` }))
      for (const warning of image?.warnings ?? []) step.warn(warning)
      for (const machine of machines) {
        server.offer({
          name: `machines/${machine.name}.iso`,
          source: () => images.image(`${machine.name}.iso`, additionsFor(machine)),
          etag: identify(machine),
          describe: DESCRIBE,
          ofMachine: true,
        })
      }
      return { files: [] }
    },
  })
}

/** Writes an image for each machine, and its checksum. */
export function writtenMachinesStep(context: PlanContext, base: Step<BaseIso>): Step<StepFiles> {
  const { machines, paths, state, isoServer } = context
  const fileOf = ({ name }: MachineConfig) => join(paths.machines, `${name}.iso`)
  return defineStep({
    id: 'machine-isos',
    title: `Write an image for each of ${machines.length} machines`,
    needs: [state, base, ...serverOf(context)],
    writes: machines.flatMap((machine) => [fileOf(machine), `${fileOf(machine)}.sha256`]),
    serves: isoServer ? machines.map(pathOf) : [],
    async run(step) {
      const { source, sha256 } = step.resultOf(base)
      await makePrivateDirectory(paths.machines)
      const identify = await identityOfMachines(context, sha256, step)
      const files: ResultFile[] = []
      const warnings = new Set<string>()
      let reused = 0
      for (const [done, machine] of machines.entries()) {
        const message = `Writing ${machine.name}.iso`
        step.progress({
          phase: 'machines',
          message,
          done,
          total: machines.length,
          unit: 'files',
          subject: machine.name,
        })
        const identity = identify(machine)
        const path = fileOf(machine)
        const known = await recallMade(paths, path, identity)
        const made = known ?? (await write(machine, path, identity))
        if (known) reused++
        for (const warning of made.warnings) warnings.add(warning)
        files.push(resultFile(made, true), await putChecksum(paths, path, made.sha256))
        if (isoServer) {
          const served = await (done < MAX_HELD ? openResult(path, step) : fileSource(path))
          const offer = { source: served, etag: identity, describe: DESCRIBE, sha256: made.sha256 }
          step.resultOf(isoServer).offer({ ...offer, name: `machines/${machine.name}.iso`, ofMachine: true })
        }
      }
      for (const warning of warnings) step.warn(warning)
      if (reused === machines.length) step.reuse()
      return { files }

      async function write({ cloudConfig, name }: MachineConfig, path: string, identity: string) {
        const { signal } = step
        const additions = { ...additionsOf(context), cloudConfig }
        const image = await customisedImage(source, additions, { name: `${name}.iso`, signal })
        const part = join(paths.work, `machine-${basename(path)}`)
        await writeImage(image, part, { mode: 0o600, signal })
        await putInPlace(part, path)
        const digest = await hashSource(await fileSource(path), 'sha256', { signal })
        const { size, warnings: ofImage } = image
        await rememberMade(paths, path, { identity, sha256: digest, warnings: ofImage })
        return { path, size, sha256: digest, warnings: ofImage }
      }
    },
  })
}

/** Where the server of the ISO files has the image of a machine. */
function pathOf({ name }: MachineConfig): string {
  return `/machines/${encodeURIComponent(name)}.iso`
}

/** What the image of a machine is known by. */
async function identityOfMachines(context: PlanContext, base: string, { signal }: StepContext) {
  const { overlay } = additionsOf(context)
  const digest = overlay && (await directoryDigest(overlay, { signal }))
  return ({ cloudConfig }: MachineConfig) => identityOf({ base, cloudConfig, overlay: digest })
}
