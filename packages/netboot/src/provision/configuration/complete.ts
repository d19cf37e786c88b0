import { formatArchitecture, parseArchitecture } from '../../sources/image/architecture.js'
import type { Configuration, SystemSource } from './configuration.js'
import type { Entry } from './entry.js'
import { parseListenAddress } from './listen-address.js'
import { type Mistake, throwMistakes } from './mistakes.js'
import { type ConfigurationKeys, configurationSchema } from './schema.js'

/** Keys that name a release. */
const RELEASE_KEYS = ['release_version', 'artifact_version', 'flavor', 'flavor_release', 'variant'] as const

/**
 * Checks entries against the schema, the last one of each key counting, and fills in the defaults.
 *
 * @throws KairosError `configuration/invalid`
 */
export function checkEntries(entries: readonly Entry[]): ConfigurationKeys {
  const last = new Map(entries.map((entry) => [entry.path, entry]))
  const raw: Record<string, unknown> = {}
  for (const { path, value } of last.values()) {
    // Nothing in a key is the same as no key: it takes a value away that a file gives.
    if (value === '') continue
    const [group = '', inner] = path.split('.')
    if (inner === undefined) raw[group] = value
    else raw[group] = { ...(raw[group] as object | undefined), [inner]: value }
  }
  const result = configurationSchema.safeParse(raw)
  if (!result.success) throwMistakes(result.error.issues.map((issue) => mistakeOf(issue, last)))
  return result.data as ConfigurationKeys
}

function mistakeOf(
  issue: { code: string; message: string; path: PropertyKey[] },
  last: ReadonlyMap<string, Entry>,
): Mistake {
  const path = issue.path.join('.')
  const { place = 'The configuration', key = path } = last.get(path) ?? {}
  const expected = issue.code === 'custom' ? issue.message : 'a number from 0 to 65535'
  return { place, problem: `${place.endsWith(key) ? '' : `${key}: `}${expected} expected, something else found` }
}

/**
 * The configuration that keys stand for.
 *
 * @throws KairosError `configuration/invalid` for keys that are missing, named
 */
export function completeConfiguration(keys: ConfigurationKeys): { configuration: Configuration; warnings: string[] } {
  const { source, warnings } = sourceOf(keys)
  const { iso, netboot } = keys
  const configuration: Configuration = {
    source,
    arch: formatArchitecture(parseArchitecture(keys.arch)),
    stateDir: keys.state_dir,
    listenAddress: parseListenAddress(keys.listen_addr) ?? { host: undefined, port: 8080 },
    disableHttpServer: keys.disable_http_server,
    disableIso: keys.disable_iso,
    disableNetboot: keys.disable_netboot,
    netboot: {
      httpPort: keys.netboot_http_port,
      listenAddress: keys.netboot_listen_addr,
      cmdline: netboot.cmdline,
    },
    iso: {
      name: iso.name,
      overrideName: iso.override_name,
      includeDate: iso.include_date,
      overlayIso: iso.overlay_iso,
      overlayRootfs: iso.overlay_rootfs,
      extendLiveCmdline: iso.extend_live_cmdline,
      liveConsole: iso.live_console,
    },
    noDefaultCloudConfig: keys.no_default_cloud_config,
    machines: keys.machines,
  }
  for (const part of [source, configuration.listenAddress, configuration.netboot, configuration.iso])
    Object.freeze(part)
  return { configuration: Object.freeze(configuration), warnings }
}

function sourceOf(keys: ConfigurationKeys): { source: SystemSource; warnings: string[] } {
  if (keys.container_image) {
    const ignored = RELEASE_KEYS.filter((key) => keys[key] !== undefined)
    return {
      source: { kind: 'image', image: keys.container_image, allowInsecureRegistries: keys.allow_insecure_registries },
      warnings: ignored.length > 0 ? [`container_image takes over: ${ignored.join(', ')} not used`] : [],
    }
  }
  const missing = [
    ...(keys.release_version || keys.artifact_version ? [] : ['release_version', 'artifact_version']),
    ...(keys.flavor ? [] : ['flavor']),
  ]
  if (missing.length > 0) {
    throwMistakes([
      {
        place: 'The configuration',
        problem: `container_image, or release_version, artifact_version and flavor expected; ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing`,
        hint: 'For example: --set container_image=quay.io/kairos/ubuntu:24.04-core-amd64-generic-v3.7.2',
      },
    ])
  }
  const source: SystemSource = {
    kind: 'release',
    artifactVersion: keys.artifact_version ?? keys.release_version,
    releaseVersion: keys.release_version,
    flavor: keys.flavor ?? '',
    flavorRelease: keys.flavor_release,
    variant: keys.variant,
    model: keys.model,
    repository: keys.repository,
    releaseServer: keys.release_server,
  }
  return { source, warnings: [] }
}
