import { isIPv4 } from 'node:net'
import * as z from 'zod/v4/mini'
import { DEFAULT_STATE_DIRECTORY } from '../../sources/cache/default-state-directory.js'
import { parseArchitecture } from '../../sources/image/architecture.js'
import { parseListenAddress } from './listen-address.js'

/** Says what a key is for, for people and in the JSON Schema. */
function described<Schema extends z.ZodMiniType>(schema: Schema, description: string): Schema {
  z.globalRegistry.add(schema, { description })
  return schema
}

/** What the value of a key has to be where its type does not tell; completes "expected". */
function checked(test: (text: string) => boolean, expected: string) {
  // An empty text is a key that is not set.
  return z.string().check(z.refine((text) => text === '' || test(text), expected))
}

const text = (description: string) => described(z.optional(z.string()), description)
const flag = (description: string) => described(z._default(z.boolean(), false), `${description} Default: false.`)

/** With room for `.custom.iso.sha256` in the 255 bytes that a name may have. */
const MAX_NAME_BYTES = 200
const isFileName = (name: string) =>
  !/[/\\]|\p{Cc}/u.test(name) && name !== '.' && name !== '..' && Buffer.byteLength(name) <= MAX_NAME_BYTES
const artifactName = (description: string) =>
  described(
    z.optional(checked(isFileName, 'a file name without slashes and control characters, of at most 200 bytes')),
    description,
  )

function isArchitecture(name: string): boolean {
  try {
    return parseArchitecture(name).architecture !== ''
  } catch {
    return false
  }
}

const isReleaseServer = (url: string) => /^https?:$/.test(URL.parse(url)?.protocol ?? '')

const iso = z.strictObject({
  name: artifactName('Name of the ISO files. Default: kairos.'),
  override_name: artifactName('Name of the ISO files, in place of any other.'),
  include_date: flag('Puts the date into the name of the ISO files.'),
  overlay_iso: text('A directory whose files go into the root of the ISO.'),
  overlay_rootfs: text('A directory whose files go into the root file system.'),
  extend_live_cmdline: text('Added to the kernel command line of the live system.'),
  live_console: text('The console of the live system, for example ttyS0,115200.'),
})

const netboot = z.strictObject({
  cmdline: text('The kernel command line of machines that boot over the network.'),
})

/**
 * Every key of a configuration, with its default. Keys are in their canonical spelling: see `spellings.ts` for others.
 * This is the one definition: types, checks and the JSON Schema come from it.
 */
export const configurationSchema = z.strictObject({
  artifact_version: text(
    'Version in the names of the files of a release, with the part of Kubernetes: v1.5.1-k3sv1.21.14+k3s1.',
  ),
  release_version: text('Version of the release: v1.5.0.'),
  flavor: text('Distribution, such as ubuntu, rockylinux or opensuse-leap.'),
  flavor_release: text('Release of the distribution: 24.04.'),
  variant: text('core or standard. Default: standard when artifact_version has a part of Kubernetes, else core.'),
  model: described(z._default(z.string(), 'generic'), 'Hardware model. Default: generic.'),
  arch: described(
    z._default(checked(isArchitecture, 'an architecture such as amd64, arm64 or riscv64'), 'amd64'),
    'Architecture: amd64, arm64, riscv64. Default: amd64.',
  ),
  repository: described(
    z._default(
      checked((name) => /^\w[\w.-]*\/\w[\w.-]*$/.test(name), 'OWNER/NAME'),
      'kairos-io/kairos',
    ),
    'GitHub repository of the releases: kairos-io/kairos, or kairos-io/provider-kairos for those with k3s. Default: kairos-io/kairos.',
  ),
  release_server: described(
    z._default(checked(isReleaseServer, 'an http or https URL'), 'https://github.com'),
    'Where the releases are, for mirrors. Default: https://github.com.',
  ),
  container_image: text(
    'Container image; takes over from the keys of a release. docker:// takes it from the local engine.',
  ),
  allow_insecure_registries: flag('Allows registries without TLS or with a certificate that cannot be verified.'),
  disable_netboot: flag('Does not boot machines over the network.'),
  disable_http_server: flag('Does not offer the ISO files over HTTP.'),
  disable_iso: flag('Makes no ISO files.'),
  netboot_http_port: described(
    z._default(z.int().check(z.gte(0), z.lte(65_535)), 8090),
    'Port from which machines that boot over the network fetch their files. 0 for a free one. Default: 8090.',
  ),
  netboot_listen_addr: described(
    z.optional(checked(isIPv4, 'an IPv4 address')),
    'Own IPv4 address to boot machines from; 0.0.0.0 for all. Default: all addresses.',
  ),
  netboot: described(z._default(netboot, {}), 'Booting over the network.'),
  state_dir: described(
    z._default(z.string(), DEFAULT_STATE_DIRECTORY),
    `Directory for downloads and results; the same one again saves the downloads. Default: ${DEFAULT_STATE_DIRECTORY}.`,
  ),
  listen_addr: described(
    z._default(
      checked((address) => parseListenAddress(address) !== undefined, 'an address such as :8080 or 127.0.0.1:8080'),
      ':8080',
    ),
    'Where the ISO files are offered over HTTP. Default: :8080.',
  ),
  cloud_config: text('Cloud config of the machines: the text itself, a path, a URL, or - for standard input.'),
  no_default_cloud_config: flag('Adds no cloud config where none is given.'),
  machines: text('Table of machines with their own template values: path or URL of a CSV or YAML file.'),
  iso: described(z._default(iso, { include_date: false }), 'The ISO files.'),
})

/** A configuration as it is written, with its defaults. */
export type ConfigurationKeys = z.infer<typeof configurationSchema>

type Kind = 'text' | 'flag' | 'number'

function kindOf(schema: z.core.$ZodType): Kind {
  const { def } = schema._zod as unknown as { def: { type: string; innerType?: z.core.$ZodType } }
  if (def.innerType) return kindOf(def.innerType)
  return def.type === 'boolean' ? 'flag' : def.type === 'number' ? 'number' : 'text'
}

const groups = { iso, netboot }

/** Every key that takes a value, by its canonical path with dots, and what kind of value. */
export const configurationKinds: ReadonlyMap<string, Kind> = new Map(
  Object.entries(configurationSchema.shape).flatMap(([name, schema]) =>
    name in groups
      ? Object.entries(groups[name as keyof typeof groups].shape).map(
          ([inner, innerSchema]) => [`${name}.${inner}`, kindOf(innerSchema)] as const,
        )
      : [[name, kindOf(schema)] as const],
  ),
)

/** Keys that hold further keys. */
export const configurationGroups: ReadonlySet<string> = new Set(Object.keys(groups))
