import type { ErrorCode } from '@kairos-sdk/core'
import type { StopSignal } from './io.js'

/** Every exit code of the programs, with what it tells. */
export const ExitCodes = {
  ok: 0,
  internal: 1,
  usage: 2,
  cloudConfig: 3,
  input: 4,
  token: 5,
  picture: 6,
  noCode: 7,
  noMachine: 8,
  notAcknowledged: 9,
  network: 10,
  output: 11,
  image: 12,
  notReady: 13,
  hangup: 129,
  interrupted: 130,
  terminated: 143,
} as const

export type ExitName = keyof typeof ExitCodes
export type ExitCode = (typeof ExitCodes)[ExitName]

export const exitCodeTitles: Readonly<Record<ExitName, string>> = {
  ok: 'done',
  internal: 'a mistake of this program',
  usage: 'an argument or option is missing, unknown or cannot be used',
  cloudConfig: 'the cloud config is not one that Kairos accepts',
  input: 'an input does not exist, is a directory or cannot be read',
  token: 'the token is damaged',
  picture: 'the picture cannot be read',
  noCode: 'no QR code with a token was found, or no screenshot could be taken',
  noMachine: 'no machine answered in time',
  notAcknowledged: 'a machine answered but did not confirm, or sent something else',
  network: 'the network could not be started',
  output: 'the result could not be written',
  image: 'an image could not be read or made',
  notReady: 'something keeps machines from booting over the network from this one',
  hangup: 'stopped because its terminal was closed (SIGHUP)',
  interrupted: 'stopped by Ctrl-C (SIGINT)',
  terminated: 'stopped by SIGTERM',
}

type AreaOf<Code extends string> = Code extends `${infer Area}/${string}` ? Area : Code

/** Codes that have an exit code of their own within their area. */
const BY_CODE: Partial<Record<ErrorCode, ExitName>> = {
  'input/malformed': 'image',
  'qr/not-a-picture': 'picture',
  'pairing/not-acknowledged': 'notAcknowledged',
  'pairing/invalid-payload': 'notAcknowledged',
}

/** Exhaustive: an area of errors that is new has to be given an exit code here. */
const BY_AREA = {
  aborted: 'interrupted',
  argument: 'usage',
  'cloud-config': 'cloudConfig',
  template: 'cloudConfig',
  configuration: 'usage',
  input: 'input',
  output: 'output',
  token: 'token',
  seal: 'token',
  qr: 'noCode',
  screenshot: 'noCode',
  pairing: 'noMachine',
  ledger: 'notAcknowledged',
  network: 'network',
  dhcp: 'network',
  tftp: 'network',
  http: 'network',
  netboot: 'image',
  doctor: 'notReady',
  compression: 'image',
  tar: 'image',
  layers: 'image',
  iso: 'image',
  partition: 'image',
  fat: 'image',
  squashfs: 'image',
  grub: 'image',
  ipxe: 'image',
  artifacts: 'image',
  image: 'image',
  release: 'input',
  registry: 'input',
  engine: 'input',
  internal: 'internal',
} satisfies Record<AreaOf<ErrorCode>, ExitName>

/** The exit code that tells of an error. */
export function exitCodeOf(code: ErrorCode): ExitCode {
  const area = code.split('/', 1)[0] as AreaOf<ErrorCode>
  return ExitCodes[BY_CODE[code] ?? BY_AREA[area] ?? 'internal']
}

/** What a shell reports of a program that a signal ended: 128 and the signal's number. */
export const signalExitCodes: Readonly<Record<StopSignal, ExitCode>> = {
  SIGINT: ExitCodes.interrupted,
  SIGTERM: ExitCodes.terminated,
  SIGHUP: ExitCodes.hangup,
}
