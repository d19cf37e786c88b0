import { CLOUD_CONFIG_MAX_BYTES, checkCloudConfig, KairosError } from '@kairos-sdk/core'
import { type ByteSource, readFully } from '../../bytes/byte-source.js'
import { memorySource } from '../../bytes/memory-source.js'
import { checkKernel } from './check-kernel.js'
import { defaultCmdline, filesOfCmdline, keyOf, type NamedFile } from './cmdline.js'
import type { MachineSetup, NetbootArtifacts, NetbootInit } from './netboot-init.js'

export type BootFileRole = 'kernel' | 'initrd' | NamedFile['role']

/** A file of a boot. */
export interface BootFile {
  readonly role: BootFileRole
  /** As log and events have it: `kernel`, `initrd-0`, `other-0`. */
  readonly name: string
  readonly source: ByteSource
  /** How the command line names it, see {@link keyOf}; `undefined` for kernel and initrds. */
  readonly key?: string
}

/** All that one machine boots. */
export interface BootSet {
  readonly files: readonly BootFile[]
  /** A template still: URLs are made for each boot. */
  readonly cmdline: string
}

type Common = Pick<NetbootInit, 'artifacts' | 'cloudConfig' | 'cmdline' | 'extraCmdline'>

/**
 * Puts together what a machine boots.
 *
 * @throws KairosError `netboot/invalid-cmdline` when the command line names a file that is not there
 */
export function bootSetOf(common: Common, setup: MachineSetup = {}): BootSet {
  const artifacts = setup.artifacts ?? common.artifacts
  const config = configSource(setup.cloudConfig ?? common.cloudConfig)
  const template = setup.cmdline ?? common.cmdline
  const line = template ?? defaultCmdline({ rootfs: artifacts.rootfs !== undefined, config: config !== undefined })
  const cmdline = [line, common.extraCmdline, setup.extraCmdline].filter((part) => part?.trim()).join(' ')
  const named = filesOfCmdline(cmdline).map((file, index): BootFile => {
    const source = sourceOf(file, artifacts, config)
    if (source) return { role: file.role, name: `other-${index}`, source, key: keyOf(file) }
    const what = file.id === undefined ? `a ${file.role}` : JSON.stringify(file.id)
    throw new KairosError('netboot/invalid-cmdline', `Command line: ${what} is named, but there is none.`, {
      hint: 'Name only files that the server is given.',
    })
  })
  const initrds = artifacts.initrds.map(
    (source, index): BootFile => ({ role: 'initrd', name: `initrd-${index}`, source }),
  )
  return { files: [{ role: 'kernel', name: 'kernel', source: artifacts.kernel }, ...initrds, ...named], cmdline }
}

/**
 * Looks at the files of a boot: a mistake is better told now than by a machine that does not start.
 *
 * @throws KairosError `netboot/not-a-kernel`, `netboot/invalid-artifact`; `cloud-config/*`; what the sources throw
 */
export async function checkBootSet({ files }: BootSet): Promise<void> {
  for (const { role, name, source } of files) {
    if (role === 'kernel') await checkKernel(source)
    else if (role === 'config') await checkConfig(source)
    else if (source.size === 0) {
      throw new KairosError(
        'netboot/invalid-artifact',
        `${source.name} (${name}): a file with content expected, an empty one found.`,
      )
    }
  }
}

async function checkConfig(source: ByteSource): Promise<void> {
  // Not into memory for its size to be told.
  if (source.size < CLOUD_CONFIG_MAX_BYTES) {
    checkCloudConfig(new TextDecoder().decode(await readFully(source, 0, source.size)), source.name)
    return
  }
  throw new KairosError(
    'cloud-config/too-large',
    `${source.name}: less than ${CLOUD_CONFIG_MAX_BYTES} bytes expected, ${source.size} found. A node skips larger ones.`,
  )
}

function configSource(config: ByteSource | string | undefined): ByteSource | undefined {
  return typeof config === 'string' ? memorySource('config.yaml', config) : config
}

function sourceOf(
  { id, role }: NamedFile,
  artifacts: NetbootArtifacts,
  config: ByteSource | undefined,
): ByteSource | undefined {
  if (id !== undefined) return artifacts.files?.get(id)
  return role === 'rootfs' ? artifacts.rootfs : config
}
