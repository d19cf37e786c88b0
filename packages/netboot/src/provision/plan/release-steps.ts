import { redactUrl } from '@kairos-sdk/core'
import type { BootArtifacts } from '../../sources/boot-artifacts.js'
import { openCache } from '../../sources/cache/index.js'
import {
  fetchReleaseIso,
  fetchReleaseNetboot,
  type ReleaseFile,
  type ReleaseFiles,
  type ReleaseSelection,
  releaseFiles,
} from '../../sources/release/index.js'
import type { Configuration, SystemSource } from '../configuration/index.js'
import { defineStep, type Step } from '../steps/index.js'
import type { BaseIso, PlanContext } from './plan-context.js'

export type ReleaseSource = Extract<SystemSource, { kind: 'release' }>

/** @throws KairosError `argument/invalid` */
export function filesOfRelease(source: ReleaseSource, { arch }: Configuration): ReleaseFiles {
  return releaseFiles(selectionOf(source, arch))
}

/** Fetches the ISO of a release into the cache. */
export function downloadStep(context: PlanContext, source: ReleaseSource): Step<BaseIso> {
  const { paths, state, options, configuration } = context
  const selection = selectionOf(source, configuration.arch)
  const files = releaseFiles(selection)
  return defineStep({
    id: 'download',
    title: `Download ${files.iso.name}`,
    needs: [state],
    downloads: downloadsOf(files.iso),
    writes: [`${paths.stateDir}/cache/`],
    async run(step) {
      const { signal, progress } = step
      const cache = await openCache(paths.stateDir)
      const found = await fetchReleaseIso(selection, { cache, http: options.http, signal, onProgress: progress })
      if (found.origin !== 'downloaded') step.reuse()
      for (const warning of found.warnings) step.warn(warning)
      return { source: found.iso, sha256: found.sha256, system: found.name }
    },
  })
}

/**
 * Fetches what machines boot without the ISO, where the release has it as files of its own.
 *
 * @param files - with `netboot`
 */
export function releaseNetbootStep(
  { paths, state, options, configuration }: PlanContext,
  source: ReleaseSource,
  { netboot }: ReleaseFiles,
): Step<BootArtifacts> {
  return defineStep({
    id: 'netboot-files',
    title: 'Download kernel, initial RAM disk and root file system',
    needs: [state],
    downloads: Object.values(netboot ?? {}).flatMap(downloadsOf),
    writes: [`${paths.stateDir}/cache/`],
    async run(step) {
      const { signal, progress } = step
      const cache = await openCache(paths.stateDir)
      const selection = selectionOf(source, configuration.arch)
      const found = await fetchReleaseNetboot(selection, { cache, http: options.http, signal, onProgress: progress })
      for (const warning of found.warnings) step.warn(warning)
      return found.artifacts
    },
  })
}

/** Without the login that the server of the releases may want. */
function downloadsOf({ url, checksumUrl }: ReleaseFile): string[] {
  return [url, checksumUrl].map(redactUrl)
}

function selectionOf(source: ReleaseSource, arch: string): ReleaseSelection {
  const { releaseServer, ...selection } = source
  return { ...selection, arch, baseUrl: releaseServer }
}
