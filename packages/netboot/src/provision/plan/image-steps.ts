import { join } from 'node:path'
import { hashSource } from '../../bytes/hash-source.js'
import { hostGrubDigest } from '../../media/grub/host-grub-digest.js'
import { makePrivateDirectory } from '../../output/private-directory.js'
import { artifactsOfSquashfs, packArtifacts } from '../../sources/artifacts/index.js'
import type { BootArtifacts } from '../../sources/boot-artifacts.js'
import { formatImageSource } from '../../sources/image/index.js'
import { openRootSource, parseRootSource, type RootSource } from '../../sources/root-source/index.js'
import { buildIso } from '../build-iso.js'
import type { SystemSource } from '../configuration/index.js'
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
import { offerBase } from './offer.js'
import { type BaseIso, type PlanContext, type StepFiles, serverOf } from './plan-context.js'

export type ImageSystem = Extract<SystemSource, { kind: 'image' }>

/**
 * The image as people may see it.
 *
 * @throws KairosError `image/invalid-reference`
 */
export function imageName({ image }: ImageSystem): string {
  const location = parseRootSource(image)
  return location.kind === 'file' ? `file:${location.path}` : formatImageSource(location)
}

/** Builds the ISO of an image, unless it is there from an earlier run. */
export function buildIsoStep(context: PlanContext, source: ImageSystem): Step<BaseIso & StepFiles> {
  const { names, paths, state, configuration } = context
  const { iso } = configuration
  return defineStep({
    id: 'iso',
    title: `Build ${names.name} of ${imageName(source)}`,
    needs: [state, ...serverOf(context)],
    downloads: downloadsOf(source),
    writes: [names.iso, `${names.iso}.sha256`],
    async run(step) {
      const { signal, progress } = step
      await using root = await openRoot(context, source, step)
      const identity = await identityOfRoot(context, root, step, {
        overlayIso: iso.overlayIso && (await directoryDigest(iso.overlayIso, { signal })),
        extraCmdline: iso.extendLiveCmdline,
        consoleCmdline: iso.liveConsole,
        // What the image lacks of GRUB is taken from this machine.
        hostGrub: await hostGrubDigest(),
      })
      let made = identity === undefined ? undefined : await recallMade(paths, names.iso, identity)
      if (made) step.reuse()
      else {
        const built = await buildIso(root, join(paths.work, names.name), {
          overlayRootfs: iso.overlayRootfs,
          overlayIso: iso.overlayIso,
          extraCmdline: iso.extendLiveCmdline,
          consoleCmdline: iso.liveConsole,
          signal,
          onProgress: progress,
        })
        const { sha256, size, warnings } = built
        await putInPlace(built.path, names.iso)
        if (identity !== undefined) await rememberMade(paths, names.iso, { identity, sha256, warnings })
        made = { path: names.iso, size, sha256, warnings }
      }
      for (const warning of made.warnings) step.warn(warning)
      const base = { source: await openResult(names.iso, step), sha256: made.sha256, system: root.name }
      const checksum = await putChecksum(paths, names.iso, made.sha256)
      offerBase(context, step, base, 'The installer, built of the image. It asks what to do.')
      return { ...base, files: [resultFile(made, false), checksum] }
    },
  })
}

/** Packs the root file system of an image for network boot, without an ISO. */
export function packImageStep(context: PlanContext, source: ImageSystem): Step<BootArtifacts> {
  const { paths, state, configuration } = context
  const path = join(paths.netboot, 'kairos.squashfs')
  return defineStep({
    id: 'netboot-files',
    title: `Pack the root file system of ${imageName(source)}`,
    needs: [state],
    downloads: downloadsOf(source),
    writes: [path],
    async run(step) {
      const { signal, progress } = step
      await makePrivateDirectory(paths.netboot)
      await using root = await openRoot(context, source, step)
      const identity = await identityOfRoot(context, root, step, {})
      if (identity !== undefined && (await recallMade(paths, path, identity))) step.reuse()
      else {
        const overlay = configuration.iso.overlayRootfs
        const { rootfs } = await packArtifacts(root, path, { overlay, signal, onProgress: progress })
        if (identity !== undefined) {
          const sha256 = await hashSource(rootfs, 'sha256', { signal })
          await rememberMade(paths, path, { identity, sha256 })
        }
      }
      const about = { description: root.name, architecture: root.architecture, signal }
      return await artifactsOfSquashfs(await openResult(path, step), about)
    },
  })
}

/** Nothing is downloaded of what is on this machine. */
function downloadsOf(source: ImageSystem): string[] {
  return parseRootSource(source.image).kind === 'registry' ? [imageName(source)] : []
}

async function openRoot(context: PlanContext, source: ImageSystem, step: StepContext): Promise<RootSource> {
  const { configuration, options, paths } = context
  return await openRootSource(source.image, {
    stateDir: paths.stateDir,
    architecture: configuration.arch,
    insecureRegistries: options.insecureRegistries ?? source.allowInsecureRegistries,
    http: options.http,
    credentials: options.credentials,
    engines: options.engines,
    signal: step.signal,
    // Said once as a warning: a person should know that it may not be the newest.
    onProgress: (event) => (event.phase === 'offline' ? step.warn(`${event.message}.`) : step.progress(event)),
  })
}

/** What is made of a root file system is known by; undefined for sources that can change at any time. */
async function identityOfRoot(
  { configuration }: PlanContext,
  root: RootSource,
  { signal }: StepContext,
  inputs: Readonly<Record<string, string | undefined>>,
): Promise<string | undefined> {
  if (root.identity === undefined) return undefined
  const { overlayRootfs } = configuration.iso
  return identityOf({
    ...inputs,
    root: root.identity,
    overlayRootfs: overlayRootfs && (await directoryDigest(overlayRootfs, { signal })),
    date: process.env.SOURCE_DATE_EPOCH,
  })
}
