/**
 * `npm run demo`: a simulated machine shows its QR code, `kairosctl register` reads the picture of it, both pair over the
 * real network stack, and the config that arrived is shown. Nothing leaves this computer but multicast DNS questions.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { styleText } from 'node:util'
import { encodeToken, generateToken, NEVER_ROTATE } from '@kairos-sdk/core'
import { renderQrPng } from '@kairos-sdk/edgevpn/qr'

const KAIROSCTL = fileURLToPath(new URL('../packages/cli/bin/kairosctl.js', import.meta.url))

const CONFIG = `#cloud-config

install:
  auto: true        # no questions asked

users:
- name: kairos      # change me
  passwd: kairos
`

const title = (text: string) => console.log(`\n${styleText('bold', text)}`)
const shown = (args: readonly string[]) => console.log(styleText('cyan', `$ kairosctl ${args.join(' ')}`))

/** Starts kairosctl in a directory and shows its progress. */
function kairosctl(args: readonly string[], directory: string, stdio: 'inherit' | 'ignore') {
  return spawn(process.execPath, [KAIROSCTL, ...args], { cwd: directory, stdio: ['ignore', stdio, 'inherit'] })
}

async function demo(directory: string): Promise<number> {
  const token = encodeToken(generateToken({ interval: NEVER_ROTATE }))
  await writeFile(join(directory, 'config.yaml'), CONFIG)
  // The picture that a hypervisor or a phone would take of the machine's screen.
  await writeFile(join(directory, 'screen.png'), await renderQrPng(token))

  title('The machine: it has booted from a Kairos ISO and shows this code.')
  await once(kairosctl(['qr', token], directory, 'inherit'), 'close')
  const machine = kairosctl(
    ['receive', '--token', token, '--no-qr', '--no-dht', '--log-level', 'error', '--output', 'received.yaml'],
    directory,
    'ignore',
  )
  const received = once(machine, 'close')

  title('You, with a picture of its screen and a cloud config:')
  const args = [
    'register',
    '--config',
    'config.yaml',
    '--device',
    '/dev/sda',
    '--reboot',
    '--no-dht',
    '--timeout',
    '60s',
    'screen.png',
  ]
  shown(args)
  const [exitCode] = await once(kairosctl(args, directory, 'inherit'), 'close')
  if (exitCode !== 0) {
    machine.kill()
    return 1
  }
  await received
  title('The machine now has this config, and would install itself:')
  console.log(await readFile(join(directory, 'received.yaml'), 'utf8'))
  return 0
}

const directory = await mkdtemp(join(tmpdir(), 'kairos-demo-'))
try {
  process.exitCode = await demo(directory)
} finally {
  await rm(directory, { recursive: true })
}
