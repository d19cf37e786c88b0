import { memorySource } from '@kairos-sdk/netboot'
import type { MachineState } from '@kairos-sdk/netboot/boot'
import {
  defineStep,
  type Plan,
  type PlanOptions,
  type ProvisionEvent,
  type ProvisionOptions,
  type ProvisionResults,
  readConfiguration,
} from '@kairos-sdk/netboot/provision'
import type { ProvisionSdk } from '../auroraboot/provision/run-configuration.js'

export interface FakeProvision extends ProvisionSdk {
  /** What plans were made with. */
  readonly planned: PlanOptions[]
  /** The logger of the run, to speak as its servers do. */
  readonly options: ProvisionOptions | undefined
  tell(event: ProvisionEvent): void
}

export interface FakeProvisionInit {
  readonly results: ProvisionResults
  /** Told before all is ready. */
  readonly events?: readonly ProvisionEvent[]
  /** How making it fails. Default: it succeeds. */
  readonly failure?: Error
  readonly machines?: readonly MachineState[]
  readonly warnings?: readonly string[]
}

/** What a run of a whole configuration gives. */
export const RESULTS: ProvisionResults = {
  system: 'kairos-v1',
  files: [
    { path: '/state/iso/config.yaml', size: 20, sha256: undefined, secret: true },
    { path: '/state/iso/kairos.iso', size: 4_096, sha256: 'ab'.repeat(32), secret: false },
    { path: '/state/iso/kairos.iso.custom.iso', size: 6_144, sha256: 'cd'.repeat(32), secret: true },
  ],
  isoServer: { port: 8080, urls: ['http://10.0.0.1:8080'], files: [{ path: '/kairos.iso', size: 4_096 }] },
  netboot: { httpPort: 8090, addresses: ['10.0.0.1'] },
  warnings: [],
}

/** Reads configurations as they are; makes nothing, and serves until it is stopped. */
export function fakeProvision(init: FakeProvisionInit): FakeProvision {
  const planned: PlanOptions[] = []
  let options: ProvisionOptions | undefined
  const iso = memorySource('kairos.iso', 'iso')
  const state = defineStep({ id: 'state', title: 'Hold /state', run: async () => ({ release: async () => {} }) })
  const download = defineStep({
    id: 'download',
    title: 'Download kairos-v1.iso',
    downloads: ['https://example.com/kairos-v1.iso'],
    run: async () => iso,
  })
  const custom = defineStep({
    id: 'custom-iso',
    title: 'Put the cloud config into kairos.iso.custom.iso',
    needs: [download],
    writes: ['/state/iso/kairos.iso.custom.iso'],
    removes: ['/state/iso/config.yaml'],
    serves: ['http://10.0.0.1:8080/kairos.iso.custom.iso'],
    run: async () => iso,
  })
  return {
    planned,
    get options() {
      return options
    },
    tell: (event) => options?.onEvent?.(event),
    readConfiguration,
    async planProvision({ configuration, rendered }, planOptions = {}): Promise<Plan> {
      planned.push(planOptions)
      return {
        configuration,
        system: 'kairos-v1',
        steps: [download, custom],
        parts: { state, isoServer: undefined, netboot: undefined, files: [] },
        machines: [{ name: 'node-1', mac: '08:00:27:54:1a:d1', uuid: undefined }],
        cloudConfig: rendered?.text,
        warnings: init.warnings ?? [],
      }
    },
    provision(_plan, given = {}) {
      options = given
      const { signal, onEvent } = given
      for (const event of init.events ?? []) onEvent?.(event)
      const { results, failure } = init
      const serves = results.isoServer !== undefined || results.netboot !== undefined
      const ready = failure ? Promise.reject(failure) : Promise.resolve(results)
      const stopped = new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()))
      const done = ready.then(async () => {
        if (serves) await stopped
        return results
      })
      done.catch(() => {})
      return {
        ready,
        done,
        on: () => () => {},
        machines: () => init.machines ?? [],
        stop: async () => {},
        [Symbol.asyncDispose]: async () => {},
      }
    },
  }
}
