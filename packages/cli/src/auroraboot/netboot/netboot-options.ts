import type { ArgumentsCamelCase, InferredOptionTypes } from 'yargs'
import { ArgumentProblem } from '../../runtime/argument-problem.js'
import type { OptionDefinition } from '../../runtime/command.js'
import { textOption } from '../options.js'

const group = 'Network options:'

/** A number of a port. @throws ArgumentProblem */
export function parsePort(text: string, option: string): number {
  const port = Number(text)
  if (/^\d{1,5}$/.test(text) && port >= 1 && port <= 65_535) return port
  throw new ArgumentProblem(`${option}: a port from 1 to 65535 is expected, ${JSON.stringify(text)} found.`)
}

/** An option whose value is a port. */
export const portOption = <const Name extends string>(name: Name, preset: string, describe: string) =>
  ({
    coerce: (text: string) => parsePort(text, `--${name}`),
    default: preset,
    describe,
    completes: 'nothing',
    requiresArg: true,
    group,
  }) as const satisfies OptionDefinition

export const interfaceOption = {
  type: 'string',
  array: true,
  describe: 'Interface, or own address, to serve; may be given several times. Otherwise all but loopback',
  completes: 'nothing',
  requiresArg: true,
  group,
} as const satisfies OptionDefinition

export const ipxeDirectoryOption = {
  type: 'string',
  describe: 'Directory with builds of iPXE, looked into before the places of the system',
  completes: 'directory',
  requiresArg: true,
} as const satisfies OptionDefinition

/** Ports of machines' first questions; only for networks that redirect them. */
export const bootPortOptions = {
  'dhcp-port': portOption('dhcp-port', '67', 'UDP port for DHCP'),
  'pxe-port': portOption('pxe-port', '4011', 'UDP port for PXE'),
  'tftp-port': portOption('tftp-port', '69', 'UDP port for TFTP'),
}

/** What every command that boots machines understands. */
export const netbootOptions = {
  interface: interfaceOption,
  advertise: {
    ...textOption('Address of this server that machines are told, where it is not that of the interface'),
    group,
  },
  ...bootPortOptions,
  allow: {
    type: 'string',
    array: true,
    describe: 'Boot only the machine with this MAC address; may be given several times',
    completes: 'nothing',
    requiresArg: true,
  },
  deny: {
    type: 'string',
    array: true,
    describe: 'Leave the machine with this MAC address alone; may be given several times',
    completes: 'nothing',
    requiresArg: true,
  },
  'ipxe-dir': ipxeDirectoryOption,
  'dry-run': {
    type: 'boolean',
    default: false,
    describe: 'Show what machines would be given, and open no port',
  },
} as const satisfies Record<string, OptionDefinition>

export type NetbootArguments = ArgumentsCamelCase<InferredOptionTypes<typeof netbootOptions>>

/** An IPv4 address. @throws ArgumentProblem */
export function parseAddress(text: string, option: string): string {
  const numbers = /^\d{1,3}(?:\.\d{1,3}){3}$/.test(text) ? text.split('.').map(Number) : []
  if (numbers.length === 4 && numbers.every((number) => number <= 255)) return numbers.join('.')
  throw new ArgumentProblem(
    `${option}: an IPv4 address is expected, ${JSON.stringify(text)} found.`,
    'See the addresses of this machine with: ip address',
  )
}
