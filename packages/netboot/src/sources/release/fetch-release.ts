import { redactUrl } from '@kairos-sdk/core'
import type { FileSource } from '../../bytes/file-source.js'
import { openIso } from '../../media/iso/index.js'
import type { BootArtifacts } from '../boot-artifacts.js'
import { bootArtifactsOfIso } from '../iso-boot-artifacts.js'
import { kernelArchitecture } from '../kernel-architecture.js'
import { statusOf } from '../transfer/index.js'
import { type FetchedFile, fetchReleaseFile, type ReleaseOptions } from './fetch-file.js'
import { noSuchFile } from './not-found.js'
import {
  completeSelection,
  type ReleaseFile,
  type ReleaseFiles,
  type ReleaseSelection,
  releaseFiles,
} from './release-files.js'

/** The installation image of a release. */
export interface ReleaseIso {
  /** `kairos-ubuntu-24.04-core-amd64-generic-v3.7.2`. */
  readonly name: string
  /** Where it came from, as it may be shown. */
  readonly url: string
  /** The image, in the cache. */
  readonly iso: FileSource
  readonly sha256: string
  readonly origin: FetchedFile['origin']
  /** False when no checksum is published for it. */
  readonly verified: boolean
  /** What a person should know about it, as sentences. */
  readonly warnings: readonly string[]
}

export interface ReleaseNetboot {
  readonly name: string
  readonly artifacts: BootArtifacts
  /** The URLs that it came from, as they may be shown. */
  readonly urls: readonly string[]
  readonly warnings: readonly string[]
}

/**
 * Fetches the installation image of a release, compares it with the published checksum and keeps it in the cache. What is
 * in the cache is not fetched again, and is used when the server cannot be reached; a warning says so.
 *
 * @throws KairosError `release/not-found` when there is no such file, `argument/invalid`, `input/changed` for a wrong
 *   checksum, `input/http`, `input/unreachable`, `output/*`, `aborted`
 */
export async function fetchReleaseIso(selection: ReleaseSelection, options: ReleaseOptions): Promise<ReleaseIso> {
  const files = releaseFiles(selection)
  const { source, sha256, origin, verified, warnings } = await fetchNamed(files.iso, files, selection, options)
  return { name: files.name, url: redactUrl(files.iso.url), iso: source, sha256, origin, verified, warnings }
}

/**
 * Fetches what machines boot over the network: the separate files of a release that has them, several at a time, else the
 * installation image, whose parts are given as byte ranges.
 *
 * @throws KairosError as {@link fetchReleaseIso}; `iso/*` for an image that is not one of Kairos
 */
export async function fetchReleaseNetboot(
  selection: ReleaseSelection,
  options: ReleaseOptions,
): Promise<ReleaseNetboot> {
  const files = releaseFiles(selection)
  const parts = files.netboot && (await fetchParts(Object.values(files.netboot), options))
  const [kernel, initrd, squashfs] = parts ?? []
  if (!parts || !kernel || !initrd || !squashfs) return await netbootOfIso(selection, options)
  const architecture = (await kernelArchitecture(kernel.source, options)) ?? completeSelection(selection).arch
  return {
    name: files.name,
    artifacts: {
      kernel: kernel.source,
      initrd: initrd.source,
      rootfs: squashfs.source,
      architecture,
      description: files.name,
    },
    urls: parts.map(({ file }) => redactUrl(file.url)),
    warnings: parts.flatMap(({ warnings }) => warnings),
  }
}

async function netbootOfIso(selection: ReleaseSelection, options: ReleaseOptions): Promise<ReleaseNetboot> {
  const { iso, name, url, warnings } = await fetchReleaseIso(selection, options)
  const { signal } = options
  const artifacts = await bootArtifactsOfIso(await openIso(iso, { signal }), { signal })
  const architecture = artifacts.architecture ?? completeSelection(selection).arch
  return { name, artifacts: { ...artifacts, architecture, description: name }, urls: [url], warnings }
}

/** @returns `undefined` when the release has no such files after all */
async function fetchParts(parts: readonly ReleaseFile[], options: ReleaseOptions): Promise<FetchedFile[] | undefined> {
  const stop = new AbortController()
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal
  const fetching = parts.map((file) => fetchReleaseFile(file, { ...options, signal }))
  try {
    return await Promise.all(fetching)
  } catch (error) {
    // The others leave what they have to the next time. All are at rest before somebody goes on.
    stop.abort()
    await Promise.allSettled(fetching)
    if (statusOf(error) === 404) return undefined
    throw error
  }
}

async function fetchNamed(
  file: ReleaseFile,
  files: ReleaseFiles,
  selection: ReleaseSelection,
  options: ReleaseOptions,
): Promise<FetchedFile> {
  try {
    return await fetchReleaseFile(file, options)
  } catch (error) {
    if (statusOf(error) === 404) throw noSuchFile(file, files, selection, error)
    throw error
  }
}
