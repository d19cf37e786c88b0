import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeToken, encodeToken, generateToken, KairosError, NEVER_ROTATE } from '@kairos-sdk/core'
import { readTokensFromPicture } from '@kairos-sdk/edgevpn/qr'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { capturedIo } from '../../testing/captured-io.js'
import { CONFIG, fakeSdk } from '../../testing/fake-sdk.js'
import { runKairosctl } from '../../testing/run-kairosctl.js'

const token = generateToken()
const text = encodeToken(token)

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'receive-'))
})
afterEach(() => rm(directory, { recursive: true }))

describe('kairosctl receive', () => {
  it('shows a new token that never rotates on standard error, and only the config on standard output', async () => {
    const sdk = fakeSdk()
    const { code, out, err } = await runKairosctl(['receive'], { sdk })
    expect([code, out]).toEqual([0, CONFIG])
    const shown = /^b3Rw\S+$/m.exec(err)?.[0] ?? ''
    expect(decodeToken(shown).crypto.interval).toBe(NEVER_ROTATE)
    expect(sdk.waited[0]?.token.fingerprint).toBe(decodeToken(shown).fingerprint)
    expect(err).toMatch(/█/)
    expect(err).toMatch(/✔ Received a config of 29 bytes {2}\d/)
  })

  it('keeps a token that it was given to itself, unless asked to show it', async () => {
    const silent = await runKairosctl(['receive', '--token', text])
    expect(silent.err).not.toMatch(/b3Rw|█/)
    expect((await runKairosctl(['receive', '--token', text, '--qr'])).err).toContain(text)
  })

  it('refuses to wait with a token that nobody can know', async () => {
    for (const args of [['--no-qr'], ['--json']]) {
      const sdk = fakeSdk()
      expect((await runKairosctl(['receive', ...args], { sdk })).code).toBe(2)
      expect(sdk.waited).toEqual([])
    }
    expect((await runKairosctl(['receive', '--qr', '--no-qr'])).code).toBe(2)
  })

  it('tells a program the token when asked to, and at last the config', async () => {
    const sdk = fakeSdk({ onReceive: () => ({ device: '/dev/sda', reboot: true }) })
    const { json, err } = await runKairosctl(['receive', '--qr', '--json'], { sdk })
    const fingerprint = sdk.waited[0]?.token.fingerprint
    expect(json[0]).toEqual({ event: 'token', token: expect.stringMatching(/^b3Rw/), fingerprint })
    expect(json.at(-1)).toEqual({
      event: 'result',
      device: '/dev/sda',
      reboot: true,
      poweroff: false,
      elapsedMs: 12,
      config: CONFIG,
    })
    expect(err).toBe('')
    expect((await runKairosctl(['receive', '--token', text, '--json'])).out).not.toContain('b3Rw')
  })

  it('says what the sender asks for besides the config', async () => {
    const wishes = async (arrived: object) =>
      (await runKairosctl(['receive', '--token', text], { sdk: fakeSdk({ onReceive: () => arrived }) })).err
    expect(await wishes({ device: '/dev/sda', reboot: true })).toContain(
      'The sender asks to install on /dev/sda, then restart.',
    )
    expect(await wishes({ poweroff: true })).toContain('The sender asks to turn off.')
    expect(await wishes({})).not.toContain('The sender')
  })

  it('writes the config to a file that only its owner can read', async () => {
    const output = join(directory, 'config.yaml')
    const { code, out } = await runKairosctl(['receive', '--token', text, '--output', output])
    expect([code, out]).toEqual([0, ''])
    expect(await readFile(output, 'utf8')).toBe(CONFIG)
    if (process.platform !== 'win32') expect((await stat(output)).mode & 0o777).toBe(0o600)
    const { json } = await runKairosctl(['receive', '--token', text, '--output', output, '--json'])
    expect(json.at(-1)).toEqual(expect.objectContaining({ event: 'result', output, bytes: CONFIG.length }))
    expect(json.at(-1)).not.toHaveProperty('config')
  })

  it('does not even begin to wait when the file cannot be written', async () => {
    const sdk = fakeSdk()
    const { code } = await runKairosctl(['receive', '--output', join(directory, 'no/such')], { sdk })
    expect([code, sdk.waited]).toEqual([11, []])
  })

  it('writes the code as a picture, which then need not be shown', async () => {
    const picture = join(directory, 'code.png')
    const sdk = fakeSdk()
    const { code, err } = await runKairosctl(['receive', '--qr-output', picture, '--no-qr'], { sdk })
    expect(code).toBe(0)
    expect(err).not.toMatch(/b3Rw|█/)
    const { tokens } = await readTokensFromPicture(await readFile(picture))
    expect(decodeToken(tokens[0]).fingerprint).toBe(sdk.waited[0]?.token.fingerprint)
    if (process.platform !== 'win32') expect((await stat(picture)).mode & 0o777).toBe(0o600)
  })

  it('tells a person whose terminal is too small for the code', async () => {
    const small = await runKairosctl(['receive'], { isTTY: true, columns: 80, rows: 24, env: { NO_COLOR: '1' } })
    expect(small.err).toMatch(/! The code needs \d+ columns and \d+ lines, the terminal has 80 and 24/)
    const large = await runKairosctl(['receive'], { isTTY: true, columns: 200, rows: 100 })
    expect(large.err).not.toContain('The code needs')
  })

  it('prints no config that takes over the terminal, but every byte of it into a pipe', async () => {
    const config = '#cloud-config\nx: "\x1b]0;t\x07"\n'
    const sdk = fakeSdk({ onReceive: () => ({ config }) })
    const piped = await runKairosctl(['receive', '--token', text], { sdk })
    expect(piped.out).toBe(config)
    const shown = await runKairosctl(['receive', '--token', text], { sdk, isTTY: true, columns: 80, rows: 24 })
    expect(shown.out).toBe('#cloud-config\nx: "\ufffd]0;t\ufffd"\n')
  })

  it('leaves nothing behind when it is stopped', async () => {
    const io = capturedIo()
    const waiting = Promise.withResolvers<void>()
    const sdk = fakeSdk({
      async onReceive({ signal }) {
        waiting.resolve()
        await new Promise((resolve) => signal?.addEventListener('abort', resolve))
        throw new KairosError('aborted', 'Pairing: cancelled.')
      },
    })
    const output = join(directory, 'config.yaml')
    const running = runKairosctl(['receive', '--token', text, '--output', output], { sdk, io })
    await waiting.promise
    expect(await readdir(directory)).toHaveLength(1)
    io.stop('SIGTERM')
    expect((await running).code).toBe(143)
    expect(await readdir(directory)).toEqual([])
  })

  it('ends with 8 when nothing arrives, and with 5 for a damaged token', async () => {
    const sdk = fakeSdk({
      onReceive() {
        throw new KairosError('pairing/no-config', 'No config arrived in 1 s.')
      },
    })
    expect((await runKairosctl(['receive'], { sdk })).code).toBe(8)
    expect((await runKairosctl(['receive', '--token', text.slice(4)])).code).toBe(5)
  })
})
