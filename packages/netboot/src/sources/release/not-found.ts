import { KairosError, redactUrl } from '@kairos-sdk/core'
import { completeSelection, type ReleaseFile, type ReleaseFiles, type ReleaseSelection } from './release-files.js'
import { isBelow, parseReleaseNumber } from './version.js'

/** The error that tells of a file that a release does not have, with what may be wrong about the selection. */
export function noSuchFile(file: ReleaseFile, files: ReleaseFiles, selection: ReleaseSelection, cause: unknown) {
  const { releaseVersion, repository, page } = files
  const message = `${redactUrl(file.url)}: file ${file.name} expected in release ${releaseVersion} of ${repository}, none found.`
  const hint = [...likelyMistakes(selection), `The files that there are: ${page}`].join(' ')
  return new KairosError('release/not-found', message, { hint, cause })
}

/** What people get wrong, as sentences; the likeliest first. */
export function likelyMistakes(selection: ReleaseSelection): string[] {
  const { releaseVersion, artifactVersion, flavorRelease, flavor, repository } = completeSelection(selection)
  const mistakes: string[] = []
  const version = parseReleaseNumber(releaseVersion)
  for (const [key, value] of Object.entries({ release_version: releaseVersion, artifact_version: artifactVersion })) {
    if (!value.startsWith('v')) mistakes.push(`Versions begin with v: ${key}=v${value}.`)
  }
  const kubernetes = /-k[03]s/.test(artifactVersion)
  const asTag = /^(.*-k[03]sv[\d.]+)-(k[03]s.*)$/.exec(artifactVersion)
  if (asTag) mistakes.push(`The - of image tags is a + in versions: artifact_version=${asTag[1]}+${asTag[2]}.`)
  if (!flavorRelease && !isBelow(version, 2, 4, 2) && !/\d/.test(flavor)) {
    mistakes.push('Since v2.4.2 names have the release of the flavor in them: set flavor_release, 24.04 for example.')
  }
  if (kubernetes && repository === 'kairos-io/kairos' && isBelow(version, 3, 4, 0)) {
    mistakes.push('Older releases with Kubernetes are in repository=kairos-io/provider-kairos.')
  }
  return mistakes
}
