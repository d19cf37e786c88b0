import { KairosError } from '@kairos-sdk/core'
import type { ReadConfiguration } from '../configuration/index.js'
import { statePaths } from '../state/index.js'
import type { Step } from '../steps/index.js'
import { checkCmdline } from './check-cmdline.js'
import { checkConfiguration } from './check-configuration.js'
import { buildIsoStep, imageName, packImageStep } from './image-steps.js'
import { isoNames } from './iso-names.js'
import { additionsOf, cloudConfigStep, customChecksumStep, customIsoStep, isoOfReleaseStep } from './iso-steps.js'
import { type MachineConfig, machineConfigs, readMachines } from './machine-configs.js'
import { servedMachinesStep, writtenMachinesStep } from './machine-iso-steps.js'
import type { Plan } from './plan.js'
import type { BaseIso, PlanContext, StepFiles } from './plan-context.js'
import type { MachineIsos, PlanOptions } from './plan-options.js'
import { downloadStep, filesOfRelease, releaseNetbootStep } from './release-steps.js'
import { isoServerStep, netbootCheckStep, netbootStep, partsOfIsoStep } from './server-steps.js'
import { stateStep } from './state-step.js'

/**
 * What machines get where no cloud config is given: as from AuroraBoot, one that says nothing. They start the interactive
 * installer.
 */
export const EMPTY_CLOUD_CONFIG = '#cloud-config\n'

/**
 * Makes a plan of a configuration. Reads the table of machines and renders the cloud config of each, and looks for results of
 * earlier runs that are to be removed; nothing is downloaded, written, removed or served, no port is opened.
 *
 * @throws KairosError `configuration/unsupported` for what a release cannot have, `configuration/invalid`,
 *   `template/invalid`, `cloud-config/*`, `argument/invalid`, `image/invalid-reference`, `netboot/invalid-cmdline`,
 *   `ipxe/invalid-script`; `input/*` for the table, and for directories that are not there
 */
export async function planProvision(read: ReadConfiguration, options: PlanOptions = {}): Promise<Plan> {
  const { configuration } = read
  const { source, disableIso, disableHttpServer, disableNetboot } = configuration
  const warnings = await checkConfiguration(configuration)
  const { configs: machines, warnings: ofMachines } = await machinesOf(read, options)
  warnings.push(...ofMachines)
  const cloudConfig = cloudConfigOf(read)
  if (read.cloudConfig === undefined)
    warnings.push('No cloud config is given: machines start the interactive installer')
  if (!disableNetboot && configuration.netboot.cmdline !== undefined)
    checkCmdline(configuration.netboot.cmdline, cloudConfig !== undefined || machines.some(isKnownByNetwork))
  const machineIsos = machineIsosOf(read, options, machines)
  warnings.push(...machineWarnings(machines, machineIsos, options, disableNetboot))

  const paths = statePaths(configuration.stateDir)
  const names = isoNames(configuration, paths, options.now ?? new Date())
  const system = source.kind === 'release' ? filesOfRelease(source, configuration).name : imageName(source)
  const custom =
    !disableIso && Object.values(additionsOf({ configuration, cloudConfig })).some((part) => part !== undefined)
  const offered = [names.name, ...(custom ? [`${names.name}.custom.iso`] : [])]
  const isoServer =
    disableHttpServer || disableIso
      ? undefined
      : isoServerStep(
          configuration,
          system,
          offered.flatMap((name) => [`/${encodeURIComponent(name)}`, `/${encodeURIComponent(name)}.sha256`]),
        )
  const check = disableNetboot ? undefined : netbootCheckStep(configuration, options)
  // Nothing is begun before it is known that everything can be served.
  const first = [...(isoServer ? [isoServer] : []), ...(check ? [check] : [])]
  const wanted = disableIso ? undefined : { paths, names, custom, cloudConfig, machines }
  const state = await stateStep(paths, first, wanted)
  const context: PlanContext = { configuration, options, paths, names, state, isoServer, cloudConfig, machines }

  const made = isoSteps(context, { custom, machineIsos })
  const boot = disableNetboot ? undefined : bootSteps(context, made.base)
  return {
    configuration,
    system,
    steps: [...first, state, ...made.steps, ...(boot?.steps ?? [])],
    parts: { state, isoServer, netboot: boot?.netboot, files: made.files },
    machines: machines.map(({ name, mac, uuid }) => ({ name, mac, uuid })),
    cloudConfig,
    warnings,
  }
}

/** Everything about `STATE_DIR/iso`. */
function isoSteps(
  context: PlanContext,
  { custom, machineIsos }: { readonly custom: boolean; readonly machineIsos: MachineIsos },
): { steps: Step<unknown>[]; files: Step<StepFiles>[]; base: Step<BaseIso> | undefined } {
  const { configuration, cloudConfig, isoServer } = context
  const { source, disableIso } = configuration
  if (disableIso) {
    // Without files of its own, what a release boots over the network is in its ISO.
    const download =
      source.kind === 'release' && !filesOfRelease(source, configuration).netboot
        ? downloadStep(context, source)
        : undefined
    return { steps: download ? [download] : [], files: [], base: download }
  }
  const files: Step<StepFiles>[] = []
  const steps: Step<unknown>[] = []
  const leavesFiles = <Result extends StepFiles>(step: Step<Result>): Step<Result> => {
    files.push(step)
    steps.push(step)
    return step
  }
  if (cloudConfig !== undefined) leavesFiles(cloudConfigStep(context, cloudConfig))
  let base: Step<BaseIso>
  if (source.kind === 'image') base = leavesFiles(buildIsoStep(context, source))
  else {
    base = downloadStep(context, source)
    steps.push(base)
    leavesFiles(isoOfReleaseStep(context, base))
  }
  if (custom) {
    const customIso = customIsoStep(context, base)
    steps.push(customIso)
    leavesFiles(customChecksumStep(context, customIso))
  }
  if (machineIsos === 'files') leavesFiles(writtenMachinesStep(context, base))
  if (machineIsos === 'served' && isoServer) leavesFiles(servedMachinesStep(context, base, isoServer))
  return { steps, files, base }
}

/** Network boot from what there is already, or else from what is least to fetch. */
function bootSteps(context: PlanContext, base: Step<BaseIso> | undefined) {
  const { configuration, names } = context
  const { source } = configuration
  const artifacts = base
    ? partsOfIsoStep(base, names.name)
    : source.kind === 'image'
      ? packImageStep(context, source)
      : releaseNetbootStep(context, source, filesOfRelease(source, configuration))
  const netboot = netbootStep(context, artifacts)
  return { netboot, steps: [artifacts, netboot] }
}

/** Of all machines. */
function cloudConfigOf({ cloudConfig, rendered, configuration }: ReadConfiguration): string | undefined {
  if (cloudConfig) return rendered?.text
  return configuration.noDefaultCloudConfig ? undefined : EMPTY_CLOUD_CONFIG
}

async function machinesOf({ configuration, cloudConfig }: ReadConfiguration, { machines, signal }: PlanOptions) {
  const location = configuration.machines
  const entries = machines ?? (location === undefined ? [] : await readMachines(location, signal))
  if (entries.length === 0) return { configs: [], warnings: [] }
  if (cloudConfig) return machineConfigs(entries, cloudConfig)
  throw new KairosError(
    'configuration/invalid',
    'machines: a cloud config whose templates take their values expected, none found.',
    {
      hint: 'Give one: --cloud-config FILE',
    },
  )
}

function machineIsosOf(
  { configuration: { disableIso, disableHttpServer, disableNetboot } }: ReadConfiguration,
  { machineIsos }: PlanOptions,
  machines: readonly MachineConfig[],
): MachineIsos {
  if (machines.length === 0 || disableIso) return 'none'
  if (machineIsos !== undefined) return machineIsos === 'served' && disableHttpServer ? 'none' : machineIsos
  // Where nothing is served, images in files are all that a table can be good for.
  if (disableHttpServer) return disableNetboot ? 'files' : 'none'
  return 'served'
}

/** Others get no cloud config of their own over the network. */
function isKnownByNetwork({ mac, uuid }: MachineConfig): boolean {
  return mac !== undefined || uuid !== undefined
}

function machineWarnings(
  machines: readonly MachineConfig[],
  machineIsos: MachineIsos,
  { machineIsos: asked, onlyListed }: PlanOptions,
  disableNetboot: boolean,
): string[] {
  const nameless = disableNetboot ? [] : machines.filter((machine) => !isKnownByNetwork(machine))
  return [
    ...(nameless.length > 0
      ? [
          `Machines without mac and uuid cannot be told apart on the network: ${nameless.length}, such as ${nameless[0]?.name}`,
        ]
      : []),
    ...(asked !== undefined && asked !== machineIsos && machines.length > 0
      ? [
          `No images for single machines: ${asked === 'served' ? 'disable_http_server or disable_iso' : 'disable_iso'} takes over`,
        ]
      : []),
    ...(onlyListed && machines.length === 0 ? ['No machines are listed: none is booted over the network'] : []),
  ]
}
