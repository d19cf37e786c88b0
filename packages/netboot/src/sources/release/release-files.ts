import { KairosError, redactUrl } from '@kairos-sdk/core'
import { isBelow, parseReleaseNumber } from './version.js'

/** Which build of which release. At least one of the two versions is needed. */
export interface ReleaseSelection {
  /** With the Kubernetes part: `v2.4.2-k3sv1.26.9+k3s1`. Default: the release version. */
  readonly artifactVersion?: string | undefined
  /** The name of the release: `v2.4.2`. Default: the artifact version without its Kubernetes part. */
  readonly releaseVersion?: string | undefined
  /** `ubuntu`, `rockylinux`, `opensuse-leap`, `hadron`. */
  readonly flavor: string
  /** `24.04`, `9`. Part of the names since v2.4.2. */
  readonly flavorRelease?: string | undefined
  /** Default: `standard` when the artifact version has a Kubernetes part, else `core`. */
  readonly variant?: string | undefined
  /** Default `generic`. */
  readonly model?: string | undefined
  /** Default `amd64`. */
  readonly arch?: string | undefined
  /** Default `kairos-io/kairos`. */
  readonly repository?: string | undefined
  /** Where the releases are, for mirrors; may hold a login (`https://user:password@…`). Default `https://github.com`. */
  readonly baseUrl?: string | undefined
}

export interface ReleaseFile {
  readonly name: string
  /** With the login of the base URL, if it has one: to be fetched, and to be shown only through `redactUrl`. */
  readonly url: string
  /** Where its SHA-256 is published, if it is; like `url`. */
  readonly checksumUrl: string
}

export interface ReleaseFiles {
  /** What all names begin with: `kairos-ubuntu-24.04-core-amd64-generic-v3.7.2`. */
  readonly name: string
  readonly releaseVersion: string
  readonly repository: string
  /** For people: the page that lists the files, without a login that is in the base URL. */
  readonly page: string
  readonly iso: ReleaseFile
  /** The parts as files of their own. `undefined` since v3.4: they are in the ISO only. */
  readonly netboot:
    | { readonly kernel: ReleaseFile; readonly initrd: ReleaseFile; readonly squashfs: ReleaseFile }
    | undefined
}

/** The selection with all that is not said filled in. */
export interface CompleteSelection extends ReleaseSelection {
  readonly artifactVersion: string
  readonly releaseVersion: string
  readonly variant: string
  readonly model: string
  readonly arch: string
  readonly repository: string
  readonly baseUrl: string
}

const KUBERNETES_PART = /-k[03]s.*$/

/**
 * Names and URLs of the files of a release. Names by release version:
 *
 *     below v2.4.0  {core|kairos}-FLAVOR-ARTIFACTVERSION
 *     below v2.4.2  kairos-VARIANT-FLAVOR-ARCH-MODEL-ARTIFACTVERSION
 *     from v2.4.2   kairos-FLAVOR-FLAVORRELEASE-VARIANT-ARCH-MODEL-ARTIFACTVERSION
 *
 * @throws KairosError `argument/invalid`
 */
export function releaseFiles(selection: ReleaseSelection): ReleaseFiles {
  const complete = completeSelection(selection)
  const { releaseVersion, repository, baseUrl } = complete
  const name = baseName(complete)
  const releases = `${baseUrl.replace(/\/+$/, '')}/${repository}/releases`
  const file = (ending: string): ReleaseFile => {
    // The + of Kubernetes versions would mean a space in some servers' eyes.
    const url = `${releases}/download/${encodeURIComponent(releaseVersion)}/${encodeURIComponent(name + ending)}`
    return { name: name + ending, url, checksumUrl: `${url}.sha256` }
  }
  const separate = isBelow(parseReleaseNumber(releaseVersion), 3, 4, 0)
  return {
    name,
    releaseVersion,
    repository,
    page: redactUrl(`${releases}/tag/${encodeURIComponent(releaseVersion)}`),
    iso: file('.iso'),
    netboot: separate ? { kernel: file('-kernel'), initrd: file('-initrd'), squashfs: file('.squashfs') } : undefined,
  }
}

/**
 * Fills in the defaults and refuses what cannot be part of a file name or URL.
 *
 * @throws KairosError `argument/invalid`
 */
export function completeSelection(selection: ReleaseSelection): CompleteSelection {
  const { artifactVersion: artifact, releaseVersion: release } = selection
  const artifactVersion = artifact || release
  const releaseVersion = release || artifact?.replace(KUBERNETES_PART, '')
  if (!artifactVersion || !releaseVersion) {
    throw new KairosError('argument/invalid', 'A release: its version expected, none found.', {
      hint: 'Set release_version, and artifact_version for one with Kubernetes.',
    })
  }
  const complete: CompleteSelection = {
    ...selection,
    artifactVersion,
    releaseVersion,
    variant: selection.variant || (KUBERNETES_PART.test(artifactVersion) ? 'standard' : 'core'),
    model: selection.model || 'generic',
    arch: selection.arch || 'amd64',
    repository: selection.repository || 'kairos-io/kairos',
    baseUrl: selection.baseUrl || 'https://github.com',
  }
  for (const key of [
    'artifactVersion',
    'releaseVersion',
    'flavor',
    'flavorRelease',
    'variant',
    'model',
    'arch',
  ] as const) {
    const value = complete[key]
    if (value && !/^\w[\w.+-]*$/.test(value)) throw invalid(key, 'a word of letters, digits and . + - _', value)
  }
  if (!complete.flavor) throw invalid('flavor', 'the name of a flavor', complete.flavor)
  if (!/^\w[\w.-]*\/\w[\w.-]*$/.test(complete.repository))
    throw invalid('repository', 'OWNER/NAME', complete.repository)
  const { protocol, search, hash } = URL.parse(complete.baseUrl) ?? {}
  if ((protocol !== 'http:' && protocol !== 'https:') || search !== '' || hash !== '') {
    throw new KairosError(
      'argument/invalid',
      'baseUrl: an http or https URL without query expected, another text found.',
    )
  }
  return complete
}

function baseName({
  releaseVersion,
  flavorRelease,
  flavor,
  variant,
  arch,
  model,
  artifactVersion,
}: CompleteSelection): string {
  const version = parseReleaseNumber(releaseVersion)
  if (isBelow(version, 2, 4, 0)) return [variant === 'standard' ? 'kairos' : variant, flavor, artifactVersion].join('-')
  if (isBelow(version, 2, 4, 2)) return ['kairos', variant, flavor, arch, model, artifactVersion].join('-')
  const system = flavorRelease ? [flavor, flavorRelease] : [flavor]
  return ['kairos', ...system, variant, arch, model, artifactVersion].join('-')
}

function invalid(key: string, expected: string, found: string | undefined): KairosError {
  return new KairosError('argument/invalid', `${key}: ${expected} expected, ${JSON.stringify(found ?? '')} found.`)
}
