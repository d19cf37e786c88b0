import type { KairosError } from '@kairos-sdk/core'
import { architectureType } from '../dhcp/architecture.js'
import type { Machine } from '../dhcp/machine.js'
import type { HttpServer } from '../http/http-server.js'
import type { HttpHandler, Registration } from '../http/registry.js'
import type { BootFile, BootSet } from './boot-set.js'
import { type Coverage, createCoverage } from './coverage.js'
import type { Firmware } from './firmware.js'
import type { BootStage, MachineState } from './netboot-events.js'
import type { MachineSetup } from './netboot-init.js'
import { isSameSetup } from './same-setup.js'

/** A file of a boot, and how to reach it. */
export interface OfferedFile extends BootFile {
  readonly registration: Registration
}

/** What happened with a file in the present boot. */
interface Fetch {
  readonly coverage: Coverage
  readonly startedMs: number
  bytes: number
  told: boolean
}

/** What was made reachable, and for whom. */
interface Offer {
  readonly boot: number
  readonly setup: MachineSetup
  readonly files: readonly OfferedFile[]
  readonly cmdline: string
}

/** What the server knows of a machine. Its URLs are its own: each has 128 random bits that only it is told. */
export interface MachineSession {
  readonly mac: string
  /** By its latest request. */
  machine: Machine
  /** What the policy decided at its latest request; `undefined` while it may not boot. */
  setup: MachineSetup | undefined
  boot: number
  stage: BootStage
  address: string | undefined
  error: KairosError | undefined
  /** The file that could not be sent, until it can. */
  failedFile: string | undefined
  since: Date
  updated: Date
  /** The URL of its script, the same for all its boots. */
  scriptUrl(base: string): string
  /** The URL of an iPXE build for firmware that boots over HTTP. */
  firmwareUrl(firmware: Firmware, base: string): string
  /**
   * Its files, under URLs that are new with each boot, and with each decision of the policy for another setup; those
   * before lead nowhere then.
   *
   * @param setup - from which the set was made
   */
  offer(setup: MachineSetup, set: BootSet): Pick<Offer, 'files' | 'cmdline'>
  /** A file that was offered in this boot. */
  find(name: string): OfferedFile | undefined
  /** Makes the files of this boot unreachable. */
  withdraw(): void
  /** Begins a new boot. */
  restart(): void
  /** Notes that a request for a file came. */
  requested(name: string, nowMs: number): void
  /** Notes a part that was sent; when that was the last one missing and was not told before, what it took in all. */
  received(
    name: string,
    part: { readonly offset: number; readonly bytes: number; readonly size: number },
    nowMs: number,
  ): { readonly bytes: number; readonly ms: number } | undefined
  /** Whether it got all of a file in this boot. */
  has(name: string): boolean
  state(): Omit<MachineState, 'transfer'>
  /** Takes all its URLs back. */
  close(): void
}

export function createMachineSession(machine: Machine, http: HttpServer, script: HttpHandler): MachineSession {
  const { mac } = machine
  const scriptRegistration = http.handle({ name: 'boot.ipxe', machine: mac }, script)
  const firmware = new Map<string, Registration>()
  const fetches = new Map<string, Fetch>()
  let offered: Offer | undefined
  const fetchOf = (name: string, size: number, nowMs: number): Fetch => {
    const fetch = fetches.get(name) ?? { coverage: createCoverage(size), startedMs: nowMs, bytes: 0, told: false }
    fetches.set(name, fetch)
    return fetch
  }
  /** What was under this name before is another file. */
  const forget = (name: string) => {
    fetches.delete(name)
    if (session.failedFile !== name) return
    session.failedFile = undefined
    session.error = undefined
  }
  const revokeOffered = () => {
    for (const { name, registration } of offered?.files ?? []) {
      registration.revoke()
      forget(name)
    }
    offered = undefined
  }
  const now = new Date()

  const session: MachineSession = {
    mac,
    machine,
    setup: undefined,
    boot: 0,
    stage: 'seen',
    address: undefined,
    error: undefined,
    failedFile: undefined,
    since: now,
    updated: now,
    scriptUrl: (base) => scriptRegistration.url(base),
    firmwareUrl({ name, source }, base) {
      const registration =
        firmware.get(name) ?? http.register(source, { name, machine: mac, contentType: 'application/efi' })
      firmware.set(name, registration)
      return registration.url(base)
    },
    offer(setup, { files, cmdline }) {
      // A machine that restarts at once counts as the same boot, and gets what was decided since.
      if (offered?.boot === session.boot && isSameSetup(offered.setup, setup)) return offered
      revokeOffered()
      offered = {
        boot: session.boot,
        // A copy: the policy may change its own.
        setup: { ...setup },
        cmdline,
        files: files.map((file) => ({
          ...file,
          registration: http.register(file.source, {
            name: file.name,
            machine: mac,
            ...(file.role === 'config' && { contentType: 'text/yaml; charset=utf-8' }),
          }),
        })),
      }
      return offered
    },
    find: (name) => offered?.files.find((file) => file.name === name),
    withdraw: revokeOffered,
    restart() {
      fetches.clear()
      session.boot++
      session.error = undefined
      session.failedFile = undefined
      session.since = new Date()
    },
    requested(name, nowMs) {
      const size = session.find(name)?.source.size ?? 0
      fetchOf(name, size, nowMs)
    },
    received(name, { offset, bytes, size }, nowMs) {
      const fetch = fetchOf(name, size, nowMs)
      fetch.bytes += bytes
      const complete = fetch.coverage.add(offset, bytes)
      if (!complete || fetch.told) return undefined
      fetch.told = true
      return { bytes: fetch.bytes, ms: nowMs - fetch.startedMs }
    },
    has: (name) => fetches.get(name)?.told ?? false,
    state: () => {
      const { boot, stage, address, error, since, updated } = session
      const { uuid, architectures } = session.machine
      const architecture = architectureType(architectures[0] ?? 0).name
      return { mac, uuid, architecture, address, boot, stage, since, updated, error }
    },
    close() {
      scriptRegistration.revoke()
      for (const registration of firmware.values()) registration.revoke()
      revokeOffered()
    },
  }
  return session
}
