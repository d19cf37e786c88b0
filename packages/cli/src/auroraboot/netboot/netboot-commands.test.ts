import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runProgram } from '../../runtime/run-program.js'
import { type CapturedIoInit, capturedIo } from '../../testing/captured-io.js'
import { aurorabootProgram } from '../program.js'

/** As much of a bzImage as is looked at (Documentation/arch/x86/boot.rst). */
function kernel(): Buffer {
  const bytes = Buffer.alloc(4096)
  bytes.writeUInt16LE(0xaa55, 0x1fe)
  bytes.write('HdrS', 0x202, 'latin1')
  bytes.writeUInt16LE(0x020f, 0x206)
  return bytes
}

let directory: string
const at = (name: string) => join(directory, name)
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kairos-cli-'))
  await writeFile(at('kernel'), kernel())
  await writeFile(at('initrd'), 'initrd')
  await writeFile(at('undionly.kpxe'), 'ipxe')
  await writeFile(at('config.yaml'), '#cloud-config\nhostname: node\n')
  await writeFile(at('root.squashfs'), 'hsqs')
})
afterAll(() => rm(directory, { recursive: true, force: true }))

async function auroraboot(argv: readonly string[], init: CapturedIoInit = {}) {
  const io = capturedIo(init)
  const code = await runProgram(aurorabootProgram(), argv, io)
  return { code, out: io.stdout.text, err: io.stderr.text, json: () => io.stdout.json }
}

const dry = () => ['--dry-run', '--ipxe-dir', directory, '--advertise', '10.0.0.9']

describe('auroraboot boot --dry-run', () => {
  it('understands the command line that pixiecore users have', async () => {
    const cmdline = `root=live:{{ ID "${at('root.squashfs')}" }} netboot config_url={{ ID "${at('config.yaml')}" }}`
    const { code, json } = await auroraboot([
      ...['boot', at('kernel'), at('initrd'), `--cmdline=${cmdline}`, '--json'],
      ...dry(),
    ])
    expect(code).toBe(0)
    expect(json()).toMatchObject([
      {
        event: 'result',
        cmdline: 'root=live:<other-0> netboot config_url=<other-1>',
        addresses: ['10.0.0.9'],
        files: [
          { name: 'kernel', role: 'kernel' },
          { name: 'initrd-0', role: 'initrd' },
          { name: 'other-0', role: 'rootfs', source: at('root.squashfs') },
          { name: 'other-1', role: 'config' },
        ],
        ports: { dhcp: 67, http: 8090 },
      },
    ])
  })

  it('puts the cloud config where the command line names it, else behind it', async () => {
    const withConfig = (cmdline: string) =>
      auroraboot([
        ...['boot', at('kernel'), '--cloud-config', at('config.yaml'), '--cmdline', cmdline, '--json'],
        ...dry(),
      ])
    expect((await withConfig('a b')).json()[0]?.cmdline).toBe('a b config_url=<other-0>')
    expect((await withConfig('x={{ CONFIG }} b')).json()[0]?.cmdline).toBe('x=<other-0> b')
  })

  it('takes a cloud config from standard input, and shows nothing of it', async () => {
    const { code, out } = await auroraboot(['boot', at('kernel'), '--cloud-config', '-', ...dry()], {
      stdin: '#cloud-config\npassword: secret\n',
    })
    expect(code).toBe(0)
    expect(out).toContain('kernel: ')
    expect(out).not.toContain('secret\n')
    expect(out).not.toContain('password')
  })

  it.each<[string, string[], number, RegExp]>([
    ['a file that is not there', ['--cmdline', '{{ ID "none" }}'], 4, /none: it does not exist/],
    ['an unknown action', ['--cmdline', '{{ URL "x" }}'], 12, /\{\{ ID "path" \}\}/],
    ['{{ CONFIG }} without one', ['--cmdline', 'x={{ CONFIG }}', '--allow', '08:00:27:54:1a:d1'], 2, /--cloud-config/],
    ['a port that is none', ['--port', '70000'], 2, /--port: a port from 1 to 65535/],
    ['a MAC address that is none', ['--allow', 'eth0'], 2, /--allow: a MAC address/],
    ['an address that is none', ['--advertise', 'eth0'], 2, /--advertise: an IPv4 address/],
    ["pixiecore's -d", ['-d'], 2, /--log-level debug/],
    ["pixiecore's --status-port", ['--status-port', '80'], 2, /--json/],
    ["pixiecore's --dhcp-no-bind", ['--dhcp-no-bind'], 2, /keeps its port/],
  ])('refuses %s', async (_name, args, code, message) => {
    const run = await auroraboot(['boot', at('kernel'), ...args, '--dry-run', '--ipxe-dir', directory])
    expect([run.code, run.err]).toEqual([code, expect.stringMatching(message)])
  })

  it('refuses a kernel that is none', async () => {
    const { code, err } = await auroraboot(['boot', at('initrd'), ...dry()])
    expect([code, err]).toEqual([12, expect.stringContaining('initrd')])
  })
})

describe('auroraboot start-pixie --dry-run', () => {
  it("gives machines Kairos' command line, with arguments added", async () => {
    const files = [at('config.yaml'), at('root.squashfs'), '0.0.0.0', '8091', at('initrd'), at('kernel')]
    const { code, json } = await auroraboot(['start-pixie', ...files, '--cmdline', 'rd.debug', '--json', ...dry()])
    expect(code).toBe(0)
    const [plan] = json()
    expect(plan?.cmdline).toMatch(/rd\.neednet=1 .*root=live:<other-0> netboot .*config_url=<other-1> .* rd\.debug$/)
    expect(plan?.ports).toMatchObject({ http: 8091 })
  })

  it('refuses an address and a port that are none', async () => {
    const start = (address: string, port: string) =>
      auroraboot(['start-pixie', at('config.yaml'), at('root.squashfs'), address, port, at('initrd'), at('kernel')])
    expect(await start('eth0', '8090')).toMatchObject({ code: 2, err: expect.stringContaining('ADDRESS: an IPv4') })
    expect(await start('0.0.0.0', 'http')).toMatchObject({ code: 2, err: expect.stringContaining('PORT: a port') })
  })
})
