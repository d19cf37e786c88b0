import { chmod, link, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { FileSource } from '../../bytes/file-source.js'
import { hashSource } from '../../bytes/hash-source.js'
import { writeImage } from '../../media/iso/index.js'
import { isSameFile } from '../../media/iso/write/base-file.js'
import { customisedImage } from '../machine-isos/customised-image.js'
import {
  directoryDigest,
  identityOf,
  type MadeFile,
  openResult,
  putChecksum,
  putInPlace,
  putText,
  recallMade,
  rememberMade,
} from '../state/index.js'
import { defineStep, type Step } from '../steps/index.js'
import { offerBase, offerChecksum } from './offer.js'
import { type BaseIso, type PlanContext, type StepFiles, serverOf } from './plan-context.js'

const PUBLIC_MODE = 0o644 & ~process.umask()

/** `STATE_DIR/iso/config.yaml`. */
export function cloudConfigStep({ names, paths, state }: PlanContext, cloudConfig: string): Step<StepFiles> {
  return defineStep({
    id: 'cloud-config',
    title: 'Write the cloud config',
    needs: [state],
    writes: [names.cloudConfig],
    run: async () => ({ files: [await putText(paths, names.cloudConfig, cloudConfig, 0o600)] }),
  })
}

/** Gives the ISO of a release its name among the results, as one more name of the file in the cache where that can be. */
export function isoOfReleaseStep(context: PlanContext, download: Step<BaseIso>): Step<StepFiles> {
  const { names, paths, state } = context
  return defineStep({
    id: 'iso',
    title: `Put ${names.name} into place`,
    needs: [state, download, ...serverOf(context)],
    writes: [names.iso, `${names.iso}.sha256`],
    async run(step) {
      const base = step.resultOf(download)
      const { source, sha256 } = base
      const there = (await isSameFile(source.path, names.iso)) || (await recallMade(paths, names.iso, sha256))
      if (there) step.reuse()
      else {
        const part = join(paths.work, names.name)
        await rm(part, { force: true })
        const linked = await link(source.path, part).then(
          () => true,
          () => false,
        )
        // Other file systems, and those that know no links.
        if (!linked)
          await writeImage(source, part, { mode: PUBLIC_MODE, signal: step.signal, onProgress: step.progress })
        // The cache keeps its files to itself by its directory, not by what they permit.
        await chmod(part, PUBLIC_MODE)
        await putInPlace(part, names.iso)
        if (!linked) await rememberMade(paths, names.iso, { identity: sha256, sha256 })
      }
      const checksum = await putChecksum(paths, names.iso, sha256)
      offerBase(context, step, base, 'The installer as it was released. It asks what to do.')
      return { files: [{ path: names.iso, size: source.size, sha256, secret: false }, checksum] }
    },
  })
}

/** An image with a cloud config or files in it. */
export interface CustomIso {
  readonly source: FileSource
  /** What it is known by. */
  readonly identity: string
  readonly secret: boolean
  /** Of an earlier run. */
  readonly made: MadeFile | undefined
  readonly warnings: readonly string[]
}

/** What goes into the custom ISO, and into those of machines. */
export function additionsOf({ configuration, cloudConfig }: Pick<PlanContext, 'configuration' | 'cloudConfig'>) {
  // What is built of an image has the files of the overlay already.
  const overlay = configuration.source.kind === 'release' ? configuration.iso.overlayIso : undefined
  return { cloudConfig, overlay }
}

/** `kairos.iso.custom.iso`. */
export function customIsoStep(context: PlanContext, base: Step<BaseIso>): Step<CustomIso> {
  const { names, paths, state } = context
  const additions = additionsOf(context)
  const secret = additions.cloudConfig !== undefined
  return defineStep({
    id: 'custom-iso',
    title: `Write ${basename(names.custom)}`,
    needs: [state, base, ...serverOf(context)],
    writes: [names.custom],
    async run(step) {
      const { signal, progress } = step
      const { source, sha256 } = step.resultOf(base)
      const identity = identityOf({
        base: sha256,
        cloudConfig: additions.cloudConfig,
        overlay: additions.overlay && (await directoryDigest(additions.overlay, { signal })),
      })
      const made = await recallMade(paths, names.custom, identity)
      let warnings = made?.warnings ?? []
      if (made) step.reuse()
      else {
        const image = await customisedImage(source, additions, { name: basename(names.custom), signal })
        warnings = image.warnings
        const part = join(paths.work, basename(names.custom))
        await writeImage(image, part, { mode: secret ? 0o600 : PUBLIC_MODE, signal, onProgress: progress })
        await putInPlace(part, names.custom)
      }
      for (const warning of warnings) step.warn(warning)
      const custom = { source: await openResult(names.custom, step), identity, secret, made, warnings }
      offerCustom(context, step, custom, made?.sha256)
      return custom
    },
  })
}

/** The checksum of the custom ISO, which can be used in the meantime. */
export function customChecksumStep(context: PlanContext, customIso: Step<CustomIso>): Step<StepFiles> {
  const { names, paths } = context
  return defineStep({
    id: 'custom-checksum',
    title: `Compute the SHA-256 of ${basename(names.custom)}`,
    needs: [customIso, ...serverOf(context)],
    writes: [`${names.custom}.sha256`],
    async run(step) {
      const custom = step.resultOf(customIso)
      const { source, identity, made, secret, warnings } = custom
      const sha256 = made?.sha256 ?? (await hashSource(source, 'sha256', { signal: step.signal }))
      if (made) step.reuse()
      const checksum = await putChecksum(paths, names.custom, sha256)
      if (!made) await rememberMade(paths, names.custom, { identity, sha256, warnings })
      offerCustom(context, step, custom, sha256)
      offerChecksum(context, step, names.custom, sha256)
      return { files: [{ path: names.custom, size: source.size, sha256, secret }, checksum] }
    },
  })
}

function offerCustom(
  { isoServer, names }: PlanContext,
  step: Parameters<typeof offerChecksum>[1],
  { source, identity, secret }: CustomIso,
  sha256: string | undefined,
): void {
  const describe = secret
    ? 'With the cloud config: machines that start from it install themselves as that says.'
    : 'With the files of the overlay.'
  if (isoServer)
    step.resultOf(isoServer).offer({ name: basename(names.custom), source, etag: identity, sha256, describe })
}
