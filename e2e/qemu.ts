import { type ChildProcess, spawn } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findProgram } from './requirements.js'

export const QEMU = 'qemu-system-x86_64'
export const OVMF_CODE = '/usr/share/OVMF/OVMF_CODE_4M.fd'
export const OVMF_VARIABLES = '/usr/share/OVMF/OVMF_VARS_4M.fd'
/** With Secure Boot turned on and Microsoft's keys, as a PC comes from the shop. */
export const OVMF_SECURE_CODE = '/usr/share/OVMF/OVMF_CODE_4M.ms.fd'
export const OVMF_SECURE_VARIABLES = '/usr/share/OVMF/OVMF_VARS_4M.ms.fd'

export type Firmware = 'bios' | 'uefi' | 'uefi-secure-boot'

export interface MachineOptions {
  readonly firmware: Firmware
  /** What the machine starts from, as a CD or as a disk on USB. */
  readonly medium?: { readonly path: string; readonly as: 'cd' | 'usb' }
  /** Default 512. */
  readonly memoryMiB?: number
  /** Further arguments, for network cards and such. */
  readonly args?: readonly string[]
}

/** A running machine; what it writes to its first serial line is kept. */
export interface Machine {
  readonly pid: number
  /** Everything so far. */
  readonly serial: () => string
  /**
   * Waits until the serial line has shown something.
   *
   * @throws Error with the end of what was shown, when the time is over or the machine stopped before
   */
  readonly waitFor: (pattern: RegExp, timeoutMs: number) => Promise<RegExpExecArray>
  /** Waits until the machine powers off; gives all that was shown. */
  readonly waitForPowerOff: (timeoutMs: number) => Promise<string>
  /** Stops it for certain, and removes its files. */
  readonly stop: () => Promise<void>
}

/** Starts a machine in plain emulation: it is slow but the same everywhere. */
export function startMachine(options: MachineOptions): Machine {
  const scratch = mkdtempSync(join(tmpdir(), 'kairos-qemu-'))
  const child = spawn(findProgram(QEMU) ?? QEMU, argumentsOf(options, scratch), { stdio: ['ignore', 'pipe', 'pipe'] })
  let serial = ''
  const watchers = new Set<() => void>()
  const notify = () => {
    for (const watcher of watchers) watcher()
  }
  const collect = (chunk: Buffer) => {
    serial += chunk.toString('latin1')
    notify()
  }
  child.stdout.on('data', collect)
  child.stderr.on('data', collect)
  const stopped = new Promise<void>((resolve) => child.once('close', () => resolve()))
  void stopped.then(notify)
  child.once('error', (error) => collect(Buffer.from(`${error}`)))

  const until = <T>(what: string, timeoutMs: number, check: () => T | undefined): Promise<T> =>
    new Promise((resolve, reject) => {
      const finish = (settle: () => void) => {
        clearTimeout(timer)
        watchers.delete(watcher)
        settle()
      }
      const fail = (why: string) =>
        finish(() => reject(new Error(`${what} expected, but ${why}. Serial line:\n${readable(serial).slice(-6000)}`)))
      const watcher = () => {
        const found = check()
        if (found !== undefined) finish(() => resolve(found))
        else if (hasStopped(child)) fail('the machine stopped')
      }
      const timer = setTimeout(() => fail(`${timeoutMs} ms are over`), timeoutMs)
      watchers.add(watcher)
      watcher()
    })

  return {
    pid: child.pid ?? -1,
    serial: () => serial,
    waitFor: (pattern, timeoutMs) => until(`${pattern}`, timeoutMs, () => pattern.exec(serial) ?? undefined),
    waitForPowerOff: (timeoutMs) => until('power off', timeoutMs, () => (hasStopped(child) ? serial : undefined)),
    async stop() {
      if (!hasStopped(child)) child.kill('SIGKILL')
      await stopped
      rmSync(scratch, { recursive: true, force: true })
    },
  }
}

function hasStopped(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}

/** Without the control sequences that firmware draws its menus with. */
function readable(serial: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ESC begins them.
  return serial.replace(/\u001b\[[0-9;?=]*[A-Za-z]/g, '').replace(/\r/g, '')
}

function argumentsOf(options: MachineOptions, scratch: string): string[] {
  const { firmware, medium, memoryMiB = 512, args = [] } = options
  const common = [
    ...['-accel', 'tcg', '-cpu', 'max', '-m', `${memoryMiB}`, '-display', 'none', '-monitor', 'none'],
    ...['-serial', 'stdio', '-no-reboot', '-nodefaults', '-vga', 'std'],
  ]
  return [...common, ...firmwareArguments(firmware, scratch), ...(medium ? mediumArguments(medium) : []), ...args]
}

function firmwareArguments(firmware: Firmware, scratch: string): string[] {
  if (firmware === 'bios') return ['-machine', 'pc']
  const secure = firmware === 'uefi-secure-boot'
  const variables = join(scratch, 'variables.fd')
  copyFileSync(secure ? OVMF_SECURE_VARIABLES : OVMF_VARIABLES, variables)
  return [
    // Secure Boot's variables can be written only in system management mode.
    ...(secure
      ? ['-machine', 'q35,smm=on', '-global', 'driver=cfi.pflash01,property=secure,value=on']
      : ['-machine', 'q35']),
    ...['-drive', `if=pflash,unit=0,format=raw,readonly=on,file=${secure ? OVMF_SECURE_CODE : OVMF_CODE}`],
    ...['-drive', `if=pflash,unit=1,format=raw,file=${variables}`],
  ]
}

function mediumArguments({ path, as }: NonNullable<MachineOptions['medium']>): string[] {
  // A comma in a path has to be doubled.
  const drive = `if=none,id=medium,format=raw,readonly=on,file=${path.replaceAll(',', ',,')}`
  if (as === 'cd') return ['-drive', `${drive},media=cdrom`, '-device', 'ide-cd,drive=medium,bootindex=0']
  return [
    ...['-drive', drive, '-device', 'qemu-xhci'],
    ...['-device', 'usb-storage,drive=medium,bootindex=0,removable=on'],
  ]
}
