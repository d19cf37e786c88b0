import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { KairosError } from '@kairos-sdk/core'
import type { MachineState } from '@kairos-sdk/netboot/boot'
import type { ProvisionEvent } from '@kairos-sdk/netboot/provision'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Command, Program } from '../../runtime/command.js'
import { runProgram } from '../../runtime/run-program.js'
import { type CapturedIo, type CapturedIoInit, capturedIo } from '../../testing/captured-io.js'
import { type FakeProvision, fakeProvision, RESULTS } from '../../testing/fake-provision.js'
import { run } from '../commands/run.js'
import { aurorabootProgram } from '../program.js'
import { type RunArguments, runConfiguration } from './run-configuration.js'

const SECRET = 's3cret'
const CONFIG = `#cloud-config\nusers:\n- name: kairos\n  passwd: "[[ .kairos.password ]]"\n`
const FILES = { ...RESULTS, isoServer: undefined, netboot: undefined }
const machine: MachineState = {
  ...{ mac: '08:00:27:54:1a:d1', uuid: undefined, architecture: 'x64 UEFI', address: '10.0.0.7', boot: 1 },
  ...{ stage: 'config', transfer: undefined, since: new Date(0), updated: new Date(0), error: undefined },
}
const step = (event: Extract<ProvisionEvent, { of: 'step' }>['event']): ProvisionEvent => ({ of: 'step', event })
const STEPS: ProvisionEvent[] = [
  step({ type: 'started', step: 'download', title: 'Download kairos-v1.iso' }),
  step({
    type: 'progress',
    step: 'download',
    progress: { phase: 'downloading', message: 'Downloading', done: 1, total: 2 },
  }),
  step({ type: 'warning', step: 'download', message: 'The server is slow.' }),
  step({ type: 'done', step: 'download', title: 'Download kairos-v1.iso', reused: false, ms: 1 }),
  step({ type: 'started', step: 'checksum', title: 'Write kairos.iso.sha256' }),
  step({
    type: 'progress',
    step: 'checksum',
    progress: { phase: 'write', message: 'Writing kairos.iso.sha256', done: 1, total: 1 },
  }),
  step({ type: 'done', step: 'checksum', title: 'Write kairos.iso.sha256', reused: true, ms: 1 }),
]

let directory: string
const at = (name: string) => join(directory, name)
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kairos-run-'))
  await writeFile(at('template.yaml'), CONFIG)
  await writeFile(at('aurora.yaml'), 'container_image: quay.io/kairos/core-rockylinux:v1.5.0\ndisable_iso: true\n')
  await writeFile(at('wrong.yaml'), 'container_imag: x\n')
  await writeFile(at('machines.csv'), 'mac\n08:00:27:54:1a:d1\n')
})
afterAll(() => rm(directory, { recursive: true }))

/** auroraboot, whose `run` calls a fake. */
async function auroraboot(
  argv: readonly string[],
  {
    sdk = fakeProvision({ results: FILES }),
    io,
    ...init
  }: CapturedIoInit & { sdk?: FakeProvision; io?: CapturedIo } = {},
) {
  const captured = io ?? capturedIo(init)
  const program: Program<object> = aurorabootProgram()
  const fake: Command<object> = {
    ...run,
    run: (args, context) => runConfiguration(args as RunArguments, context, sdk),
  }
  const commands = program.commands.map((each) => (each === run ? fake : each))
  const code = await runProgram({ ...program, commands, defaultCommand: fake }, argv, captured)
  return { code, out: captured.stdout.text, err: captured.stderr.text, json: () => captured.stdout.json, sdk }
}

/** Runs it until it serves, does something, and stops it as a person does. */
async function serve(argv: readonly string[], sdk: FakeProvision, io: CapturedIo, meanwhile: () => void = () => {}) {
  const running = auroraboot(argv, { sdk, io })
  while (!/Ctrl-C stops it|"event":"ready"/.test(io.stderr.text + io.stdout.text)) await new Promise(setImmediate)
  meanwhile()
  io.stop('SIGINT')
  return running
}

const IMAGE = ['--set', 'container_image=quay.io/kairos/core-rockylinux:v1.5.0']

describe('auroraboot with a configuration', () => {
  it('says each step, prints the checksums, and ends where nothing is to be served', async () => {
    const { code, out, err } = await auroraboot(IMAGE, { sdk: fakeProvision({ results: FILES, events: STEPS }) })
    expect(code).toBe(0)
    expect(out).toBe(
      `${'ab'.repeat(32)}  /state/iso/kairos.iso\n${'cd'.repeat(32)}  /state/iso/kairos.iso.custom.iso\n`,
    )
    const lines = err.split('\n').map((line) => line.replace(/ {2}\d.*$/, ''))
    expect(lines).toEqual([
      ...['Download kairos-v1.iso', '! The server is slow.', '✔ Download kairos-v1.iso'],
      ...['Write kairos.iso.sha256', '✔ Write kairos.iso.sha256: there already'],
      ...['Only you can read the images with a cloud config inside.', ''],
    ])
  })

  it('serves until Ctrl-C, with the log in a pipe, and says what became of the machines', async () => {
    const sdk = fakeProvision({ results: RESULTS, machines: [machine] })
    const { code, out, err } = await serve(IMAGE, sdk, capturedIo(), () =>
      sdk.options?.logger?.info('DHCP: Offering to boot 08:00:27:54:1a:d1'),
    )
    expect(code).toBe(0)
    expect(err).toContain('Offering the ISO files at http://10.0.0.1:8080/.\n')
    expect(err).toContain('Booting machines from 10.0.0.1, HTTP port 8090. Ctrl-C stops it.\n')
    expect(err).toMatch(/^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d DHCP: Offering to boot 08:00:27:54:1a:d1$/m)
    expect(err).toContain('1 machine: 1 booted.')
    expect(out).toContain('08:00:27:54:1a:d1  10.0.0.7  node-1  has the config\n')
  })

  it('serves only the ISO files where machines are not to be booted', async () => {
    const sdk = fakeProvision({ results: { ...RESULTS, netboot: undefined } })
    const { code, err } = await serve(IMAGE, sdk, capturedIo())
    expect([code, err]).toEqual([
      0,
      expect.stringContaining('Offering the ISO files at http://10.0.0.1:8080/. Ctrl-C stops it.'),
    ])
    expect(err).not.toContain('machine')
  })

  it('shows the table of machines on a terminal, and above it who fetched an ISO', async () => {
    const sdk = fakeProvision({ results: RESULTS, machines: [machine] })
    const io = capturedIo({ isTTY: true, columns: 100, rows: 24 })
    const client = { address: '10.0.0.8', port: 4000 }
    const sent = {
      type: 'sent',
      client,
      machine: undefined,
      method: 'GET',
      status: 200,
      offset: 0,
      bytes: 1,
      size: 1,
    } as const
    const { err } = await serve(IMAGE, sdk, io, () => {
      sdk.options?.logger?.info('DHCP: Offering to boot')
      for (const name of ['kairos.iso', 'healthz']) {
        sdk.tell({ of: 'iso-server', event: { ...sent, name, ms: 1 } })
      }
    })
    expect(err).toMatch(/MACHINE +NAME +ADDRESS/)
    expect(err).toContain('HTTP: Sent file "kairos.iso" to 10.0.0.8:4000')
    expect(err).not.toMatch(/Offering to boot|healthz/)
  })

  it('tells programs of every step and event', async () => {
    const sdk = fakeProvision({ results: RESULTS, events: STEPS, machines: [machine] })
    const client = { address: '10.0.0.8', port: 4000 }
    const io = capturedIo()
    const { json } = await serve([...IMAGE, '--json'], sdk, io, () => {
      sdk.tell({ of: 'iso-server', event: { type: 'refused', client, reason: 'not-found', status: 404 } })
      const at = { time: new Date(0), mac: machine.mac, uuid: undefined, boot: 1 }
      sdk.tell({ of: 'netboot', event: { type: 'offered', step: 'firmware', ...at } })
    })
    expect(json()).toMatchObject([
      { event: 'started', step: 'download', message: 'Download kairos-v1.iso' },
      { event: 'progress', step: 'download', done: 1, total: 2 },
      { event: 'log', level: 'warn', message: 'The server is slow.' },
      { event: 'succeeded', step: 'download', reused: false },
      { event: 'started', step: 'checksum' },
      { event: 'progress', step: 'checksum', message: 'Writing kairos.iso.sha256' },
      { event: 'succeeded', step: 'checksum', reused: true },
      { event: 'ready', system: 'kairos-v1', isoServer: { port: 8080 }, netboot: { httpPort: 8090 } },
      { event: 'iso-refused', status: 404 },
      { event: 'offered', mac: machine.mac },
      { event: 'log', message: expect.stringContaining('Stopping') },
      { event: 'log', message: '1 machine: 1 booted.' },
      { event: 'result', files: [{}, {}, {}], machines: [{ mac: machine.mac, stage: 'config' }] },
    ])
  })

  it('fails with the error of the step that failed, told once', async () => {
    const failure = new KairosError('release/not-found', 'kairos-v1.iso: it is not there.')
    const events = [...STEPS.slice(0, 2), step({ type: 'failed', step: 'download', error: failure })]
    const { code, err } = await auroraboot(IMAGE, { sdk: fakeProvision({ results: FILES, events, failure }) })
    expect(code).toBe(4)
    expect(err.match(/it is not there/g)).toHaveLength(1)
    const { json } = await auroraboot([...IMAGE, '--json'], { sdk: fakeProvision({ results: FILES, events, failure }) })
    expect(json().slice(-2)).toMatchObject([{ event: 'failed', step: 'download' }, { event: 'error' }])
  })

  it('is the same by its name, with a file, with --set over it, and with options that stand for keys', async () => {
    const { sdk, code } = await auroraboot([
      ...['run', at('aurora.yaml'), '--machines', at('machines.csv'), '--machine-isos', 'files', '--only-listed'],
      ...['--interface', 'eth0', '--interface', 'eth1', '--advertise', '10.0.0.9', '--tftp-port', '6969'],
    ])
    expect(code).toBe(0)
    expect(sdk.planned).toMatchObject([
      {
        ...{ machineIsos: 'files', onlyListed: true, interfaces: ['eth0', 'eth1'], advertise: '10.0.0.9' },
        ports: { dhcp: 67, pxe: 4011, tftp: 6969 },
      },
    ])
  })

  it.each<[string, string[], number, RegExp]>([
    ['nothing that could be booted', ['--set', 'disable_netboot=true'], 2, /container_image.*missing/s],
    ['a key that is none', ['AT/wrong.yaml'], 2, /container_imag\b.*Did you mean container_image\?/s],
    ['a file that is not there', ['AT/none.yaml'], 4, /none\.yaml: it does not exist/],
    ['a word that is neither', ['nonsense'], 4, /nonsense is neither a command nor a file here/],
    ['a mistyped option', ['--sett', 'a=b'], 2, /Did you mean --set\?/],
    ['a --set without a value', [...IMAGE, '--set', 'disable_iso'], 2, /key=value expected/],
    ['--only-listed without a table', [...IMAGE, '--only-listed'], 2, /--only-listed needs a table/],
    ['both from standard input', ['-', '--cloud-config', '-'], 2, /standard input/],
    ['an address that is none', [...IMAGE, '--advertise', 'eth0'], 2, /--advertise: an IPv4 address/],
    ['--state-dir', [...IMAGE, '--state-dir', 'x'], 2, /--set state_dir=DIRECTORY/],
  ])('refuses %s', async (_name, argv, code, message) => {
    const result = await auroraboot(argv.map((word) => word.replace('AT', directory)))
    expect([result.code, result.err]).toEqual([code, expect.stringMatching(message)])
    expect(result.sdk.options).toBeUndefined()
  })
})

describe('auroraboot --dry-run', () => {
  const args = [
    ...[...IMAGE, '--dry-run', '--cloud-config', '-', '--set', `kairos.password=${SECRET}`],
    ...['--set', 'netboot.cmdline=console=ttyS0,115200 quiet', '--set', 'iso.shade=grey'],
  ]

  it('shows what would be downloaded, written, removed and served, and does nothing', async () => {
    const { code, out, sdk } = await auroraboot(args, { stdin: CONFIG })
    expect(code).toBe(0)
    expect(sdk.options).toBeUndefined()
    expect(out).toContain(`Steps for kairos-v1:
  1. Download kairos-v1.iso
       downloads  https://example.com/kairos-v1.iso
  2. Put the cloud config into kairos.iso.custom.iso
       writes     /state/iso/kairos.iso.custom.iso
       removes    /state/iso/config.yaml
       serves     http://10.0.0.1:8080/kairos.iso.custom.iso

Cloud config:
  from standard input, 55 bytes; not shown, as there may be secrets in it

Machines of the table:
  node-1  08:00:27:54:1a:d1

Configuration:
`)
    for (const line of [
      'container_image: quay.io/kairos/core-rockylinux:v1.5.0',
      'netboot.cmdline: console=ttyS0,115200 quiet',
      'state_dir: /tmp/auroraboot',
      'disable_netboot: false',
    ]) {
      expect(out).toContain(`  ${line}\n`)
    }
  })

  it('shows nothing of the cloud config, and no value of its templates', async () => {
    const { out, err } = await auroraboot(args, { stdin: CONFIG })
    const { json } = await auroraboot([...args, '--json'], { stdin: CONFIG })
    for (const text of [out + err, JSON.stringify(json())]) expect(text).not.toMatch(/s3cret|passwd|grey/)
    expect(json().at(-1)).toMatchObject({
      event: 'result',
      system: 'kairos-v1',
      steps: [{ id: 'download' }, { id: 'custom-iso', needs: ['download'] }],
      configuration: { state_dir: '/tmp/auroraboot', disable_iso: false },
      cloudConfig: { name: 'standard input', bytes: 55 },
    })
  })
})
