import type { BootArtifacts } from '../../sources/boot-artifacts.js'
import { type Cache, openCache } from '../../sources/cache/index.js'
import {
  fetchReleaseIso,
  fetchReleaseNetboot,
  type ReleaseFiles,
  type ReleaseSelection,
  releaseFiles,
} from '../../sources/release/index.js'
import type { Configuration, SystemSource } from '../configuration/index.js'
import { recallMade, rememberMade, type StatePaths } from '../state/index.js'
import { defineStep, type Step, type StepContext } from '../steps/index.js'
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
    downloads: [files.iso.url, files.iso.checksumUrl],
    writes: [`${paths.stateDir}/cache/`],
    async run(step) {
      const { signal, progress } = step
      const cache = await openCache(paths.stateDir)
      const fetchIso = () => fetchReleaseIso(selection, { cache, http: options.http, signal, onProgress: progress })
      let found = await fetchIso()
      if (found.origin !== 'downloaded') {
        if (await isUntouched(found.sha256, cache, paths, step)) step.reuse()
        else found = await fetchIso()
      }
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
  { netboot, iso }: ReleaseFiles,
): Step<BootArtifacts> {
  return defineStep({
    id: 'netboot-files',
    title: 'Download kernel, initial RAM disk and root file system',
    needs: [state],
    downloads: Object.values(netboot ?? {}).flatMap(({ url, checksumUrl }) => [url, checksumUrl]),
    writes: [`${paths.stateDir}/cache/`],
    async run(step) {
      const { signal, progress } = step
      const cache = await openCache(paths.stateDir)
      const selection = selectionOf(source, configuration.arch)
      const fetchFiles = () =>
        fetchReleaseNetboot(selection, { cache, http: options.http, signal, onProgress: progress })
      let found = await fetchFiles()
      // Releases that have no such files after all give parts of the ISO.
      const known = found.urls.includes(iso.url) ? await cache.recall(iso.url) : undefined
      if (known && !(await isUntouched(known.sha256, cache, paths, step))) found = await fetchFiles()
      for (const warning of found.warnings) step.warn(warning)
      return found.artifacts
    },
  })
}

/**
 * Whether a file of the cache is still what it was: its name in `STATE_DIR/iso` is another name of the same file, which
 * somebody may have written to. It is read again unless its date says that nobody did since the last time.
 */
async function isUntouched(sha256: string, cache: Cache, paths: StatePaths, step: StepContext): Promise<boolean> {
  const path = cache.path(sha256)
  if (await recallMade(paths, path, sha256)) return true
  step.progress({ phase: 'verifying', message: `Checking ${path}` })
  if (!(await cache.verify(sha256, { signal: step.signal }))) return false
  await rememberMade(paths, path, { identity: sha256, sha256 })
  return true
}

function selectionOf(source: ReleaseSource, arch: string): ReleaseSelection {
  const { releaseServer, ...selection } = source
  return { ...selection, arch, baseUrl: releaseServer }
}
