import type { ProvisionResults } from '@kairos-sdk/netboot/provision'

/** What a run made, as JSON. */
export function resultFields({ system, files, isoServer, netboot, warnings }: ProvisionResults): object {
  return { system, files, isoServer, netboot, warnings }
}

/** The images that were made, as `sha256sum` writes them. */
export function resultLines({ files }: ProvisionResults): string {
  return files.flatMap(({ sha256, path }) => (sha256 === undefined ? [] : `${sha256}  ${path}\n`)).join('')
}

export interface ServingText {
  /** What is worth knowing before the last line. */
  readonly notes: readonly string[]
  /** What goes on until it is stopped; undefined where nothing does. */
  readonly title: string | undefined
}

/** What is served, and how to stop it. */
export function servingText({ files, isoServer, netboot }: ProvisionResults): ServingText {
  const notes = files.some(({ secret, sha256 }) => secret && sha256 !== undefined)
    ? ['Only you can read the images with a cloud config inside.']
    : []
  const offers = isoServer && `Offering the ISO files at ${isoServer.urls.map((url) => `${url}/`).join(', ')}.`
  if (!netboot) return { notes, title: offers && `${offers} Ctrl-C stops it.` }
  const { addresses, httpPort } = netboot
  return {
    notes: offers === undefined ? notes : [...notes, offers],
    title: `Booting machines from ${addresses.join(', ')}, HTTP port ${httpPort}. Ctrl-C stops it.`,
  }
}
