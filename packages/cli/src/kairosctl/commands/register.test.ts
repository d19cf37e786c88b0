import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeToken, generateToken, KairosError } from '@kairos-sdk/core'
import { renderQrPng, type Screenshot } from '@kairos-sdk/edgevpn/qr'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { capturedIo } from '../../testing/captured-io.js'
import { CONFIG, fakeSdk } from '../../testing/fake-sdk.js'
import { runKairosctl } from '../../testing/run-kairosctl.js'

const tokens = [generateToken(), generateToken(), generateToken()] as const
const texts = tokens.map(encodeToken) as [string, string, string]
const [a, b] = texts

let directory: string
let config: string
const pictures: string[] = []
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'register-'))
  config = join(directory, 'config.yaml')
  await writeFile(config, CONFIG)
  for (const [index, text] of texts.entries()) {
    const path = join(directory, `${index}.png`)
    await writeFile(path, await renderQrPng(text, { scale: 3 }))
    pictures.push(path)
  }
})
afterAll(() => rm(directory, { recursive: true }))

const noPeer = new KairosError('pairing/no-peer', 'No machine answered in 2 s.', { hint: 'Is it on?' })

describe('kairosctl register', () => {
  it('sends the config to the machine of a token', async () => {
    const sdk = fakeSdk()
    const { code, out, err } = await runKairosctl(['register', a, '--config', config], { sdk })
    expect([code, out]).toEqual([0, ''])
    expect(err).toMatch(
      /^Starting the peer-to-peer node\nWaiting for a machine\n✔ Registered: peer of \w+ confirmed the config {2}\d/,
    )
    expect(sdk.sent).toHaveLength(1)
    expect(encodeToken(sdk.sent[0]?.token as never)).toBe(a)
    expect(sdk.sent[0]?.payload).toEqual({ config: CONFIG })
  })

  it('understands the command line of the Kairos manual', async () => {
    const sdk = fakeSdk({ displays: [{ name: 'DP-1', picture: await renderQrPng(a, { scale: 3 }) }] })
    const { code } = await runKairosctl(['register', '--reboot', '--device', '/dev/sda', '--config', config], { sdk })
    expect(code).toBe(0)
    expect(sdk.sent[0]?.payload).toEqual({ config: CONFIG, device: '/dev/sda', reboot: true })
  })

  it('passes on how the network is to be joined', async () => {
    const sdk = fakeSdk()
    const listen = ['--listen', '/ip4/127.0.0.1/tcp/0', '--listen', '/ip6/::1/tcp/0']
    await runKairosctl(['register', a, '--config', config, '--no-dht', '--timeout', '1m30s', ...listen], { sdk })
    expect(sdk.sent[0]?.options).toMatchObject({
      timeoutMs: 90_000,
      network: { dht: false, mdns: true, listen: ['/ip4/127.0.0.1/tcp/0', '/ip6/::1/tcp/0'] },
    })
    expect(sdk.sent[0]?.options.network?.bootstrap).toBeUndefined()
    await runKairosctl(['register', a, '--config', config, '--no-mdns', '--bootstrap', '/dns/x/tcp/1/p2p/y'], { sdk })
    expect(sdk.sent[1]?.options).toMatchObject({
      timeoutMs: 600_000,
      network: { dht: true, mdns: false, bootstrap: ['/dns/x/tcp/1/p2p/y'] },
    })
  })

  it('reads the code in a picture, and the config from standard input', async () => {
    const sdk = fakeSdk()
    const { code } = await runKairosctl(['register', pictures[0] as string, '--config', '-'], { sdk, stdin: CONFIG })
    expect(code).toBe(0)
    expect(sdk.sent[0]).toMatchObject({ token: { fingerprint: tokens[0].fingerprint }, payload: { config: CONFIG } })
  })

  it('registers all machines at once and tells how each fared', async () => {
    let waiting = 0
    const all = Promise.withResolvers<void>()
    const sdk = fakeSdk({
      async onSend(token) {
        if (++waiting === 3) all.resolve()
        await all.promise
        if (token.fingerprint === tokens[1].fingerprint) throw noPeer
      },
    })
    const { code, err } = await runKairosctl(['register', a, ...pictures.slice(1), '--config', config], { sdk })
    expect(code).toBe(8)
    expect(err).toContain(`✔ token ${tokens[0].fingerprint}: Registered`)
    expect(err).toContain(`✖ ${pictures[1]}: No machine answered in 2 s.`)
    expect(err).toMatch(/✖ 1 of 3 machines was not registered: \S+1\.png\.\n {2}Is it on\?\n$/)
  })

  it('tells a program of each machine, and at last of all', async () => {
    const good = await runKairosctl(['register', a, b, '--config', config, '--json'])
    expect(good.json.filter(({ event }) => event === 'succeeded')).toHaveLength(2)
    expect(good.json.at(-1)).toEqual({
      event: 'result',
      machines: tokens.slice(0, 2).map(({ fingerprint }) => ({
        machine: `token ${fingerprint}`,
        fingerprint,
        status: 'registered',
        peerId: `peer of ${fingerprint}`,
        elapsedMs: 12,
      })),
    })
  })

  it('tells a program which machines have their config when others failed, before the error', async () => {
    const sdk = fakeSdk({
      onSend({ fingerprint }) {
        if (fingerprint === tokens[1].fingerprint) throw noPeer
      },
    })
    const some = await runKairosctl(['register', a, b, '--config', config, '--json'], { sdk })
    expect(some.code).toBe(8)
    expect(some.json.at(-2)).toMatchObject({
      event: 'result',
      machines: [
        { fingerprint: tokens[0].fingerprint, status: 'registered', peerId: `peer of ${tokens[0].fingerprint}` },
        { fingerprint: tokens[1].fingerprint, status: 'failed', code: 'pairing/no-peer' },
      ],
    })
    expect(some.json.at(-1)).toMatchObject({ event: 'error', code: 'pairing/no-peer', hint: 'Is it on?' })
    const one = await runKairosctl(['register', b, '--config', config, '--json'], { sdk })
    expect(one.json.at(-2)).toMatchObject({ event: 'result', machines: [{ status: 'failed' }] })
    expect(one.json.at(-1)).toEqual({
      event: 'error',
      code: 'pairing/no-peer',
      message: 'No machine answered in 2 s.',
      hint: 'Is it on?',
    })
  })

  it('registers a machine once, however often its code is given', async () => {
    const sdk = fakeSdk()
    const { code, err } = await runKairosctl(['register', a, pictures[0] as string, a, '--config', config], { sdk })
    expect([code, sdk.sent.length]).toEqual([0, 1])
    expect(err).toContain(`0.png shows the same code as token ${tokens[0].fingerprint}; it is registered once.`)
    expect(err).toContain('is named more than once; it is registered once.')
  })

  it('registers all machines whose codes are on the displays, and says so', async () => {
    const displays = [
      { name: 'DP-1', picture: await renderQrPng(a, { scale: 3 }) },
      { name: 'DP-2', picture: await renderQrPng(b, { scale: 3 }) },
      { name: 'DP-3', picture: await renderQrPng('https://example.com', { scale: 3 }) },
    ]
    for (const watch of [[], ['--watch']]) {
      const sdk = fakeSdk({ displays: watch.length === 0 ? displays : displays.slice(0, 2) })
      const { code, err } = await runKairosctl(['register', '--config', config, ...watch], { sdk })
      expect([code, sdk.sent.length]).toEqual([0, 2])
      expect(err).toContain('2 machines were found: ')
    }
  })

  it('watches the screen as long as it may, and tells once when it cannot look', async () => {
    const sdk = fakeSdk()
    const qr = await sdk.qr()
    const locked = new KairosError('screenshot/unavailable', 'The screen is locked.')
    const given: unknown[] = []
    const waitForToken: typeof qr.waitForToken = async ({ timeoutMs, onFrame } = {}) => {
      given.push(timeoutMs)
      for (const failure of [undefined, locked, locked, undefined, locked]) {
        onFrame?.({ number: 1, displays: 1, changed: 1, effort: 'quick', failure })
      }
      throw new KairosError('qr/no-code', 'No QR code in 90 s.', { hint: 'Wait for it longer.' })
    }
    const watching = { ...sdk, qr: async () => ({ ...qr, waitForToken }) }
    const run = (...more: string[]) =>
      runKairosctl(['register', '--config', config, '--watch', ...more], { sdk: watching })
    const { code, err } = await run('--timeout', '90s')
    await run()
    expect([code, given, sdk.sent]).toEqual([7, [90_000, 600_000], []])
    expect(err.match(/Cannot look at the screen now.*The screen is locked\./g)).toHaveLength(2)
    expect(err).toMatch(/✖ No QR code in 90 s\.\n {2}Make the whole code visible .*: --timeout 1h\n$/)
  })

  it('says what it saw instead of a code', async () => {
    const white = 'P1\n8 8\n'.concat('0 '.repeat(64))
    const blank: Screenshot = { name: 'DP-1', picture: Buffer.from(white) }
    const url: Screenshot = { name: 'DP-2', picture: await renderQrPng('https://example.com', { scale: 3 }) }
    const register = (...displays: Screenshot[]) =>
      runKairosctl(['register', '--config', config], { sdk: fakeSdk({ displays }) })
    const one = await register(blank)
    expect(one.code).toBe(7)
    expect(one.err).toMatch(/✖ No QR code in the screenshot of DP-1 \(8 × 8 .*\n.*--watch/)
    expect((await register(blank, { ...blank, name: 'DP-2' })).err).toContain(
      'No QR code on any of the 2 displays (DP-1, DP-2).',
    )
    expect((await register(blank, url)).err).toContain('the screenshot of DP-2 holds a URL')
    const huge: Screenshot = { name: 'DP-3', picture: Buffer.from('P5 60000 60000 255\n') }
    expect((await register(blank, huge)).err).toContain('the screenshot of DP-3 declares 60000 × 60000 pixels')
    const code: Screenshot = { name: 'DP-4', picture: await renderQrPng(a, { scale: 3 }) }
    expect((await register(huge, code)).code).toBe(0)
  })

  it('checks the config before anything else happens', async () => {
    const sdk = fakeSdk()
    const bad = join(directory, 'bad.yaml')
    await writeFile(bad, '#cloud-config\na: [')
    const cases = [
      [['--config', bad], 3, 'bad.yaml, line 2'],
      [['--config', join(directory, 'none.yaml')], 4, 'does not exist'],
      [['--config', directory], 4, 'is a directory'],
      [[], 2, '--config is required.'],
      [['--config', config, '--reboot', '--poweroff'], 2, 'cannot be used together'],
      [['--config', config, '--no-dht', '--no-mdns'], 2, 'no machine can be found'],
      [['--config', config, '--no-dht', '--bootstrap', '/dns/x'], 2, '--bootstrap names nodes of the DHT'],
    ] as const
    for (const [args, expected, message] of cases) {
      const { code, err } = await runKairosctl(['register', 'no/such/picture.png', ...args], { sdk })
      expect([code, err]).toEqual([expected, expect.stringContaining(message)])
    }
    expect(sdk.sent).toEqual([])
  })

  it('does not send a config that the device cannot be put into', async () => {
    const sdk = fakeSdk()
    const script = join(directory, 'script')
    await writeFile(script, '#!/bin/sh\n')
    const { code } = await runKairosctl(['register', a, '--config', script, '--device', '/dev/sda'], { sdk })
    expect([code, sdk.sent]).toEqual([3, []])
  })

  it('sends nothing to anybody when one of the arguments cannot be used, and names all that cannot', async () => {
    const sdk = fakeSdk()
    const { code, err } = await runKairosctl(['register', 'x/y', a, config, '--config', config], { sdk })
    expect([code, sdk.sent]).toEqual([4, []])
    expect(err).toContain('✖ argument 1: There is no file x/y.')
    expect(err).toContain('✖ argument 3: ')
    expect(err).toContain('✖ 2 of 3 arguments cannot be used (number 1, 3). Nothing was sent.')
  })

  it('has a separate exit code for each way in which an argument can be wrong', async () => {
    const cut = join(directory, 'cut.png')
    await writeFile(cut, (await renderQrPng(a)).subarray(0, 200))
    const code = join(directory, 'url.png')
    await writeFile(code, await renderQrPng('https://example.com'))
    const cases = [
      ['none.png', 4],
      [directory, 4],
      [a.slice(0, 300), 5],
      [cut, 6],
      [code, 7],
      ['node1', 2],
    ] as const
    for (const [argument, expected] of cases) {
      expect([argument, (await runKairosctl(['register', argument, '--config', config])).code]).toEqual([
        argument,
        expected,
      ])
    }
  })

  it('refuses what contradicts itself', async () => {
    const cases = [
      [[a, '--watch'], '--watch looks at the screen'],
      [[a, b, '--listen', '/ip4/0.0.0.0/tcp/4001'], 'which only one machine can have'],
    ] as const
    for (const [args, message] of cases) {
      const sdk = fakeSdk()
      const { code, err } = await runKairosctl(['register', ...args, '--config', config], { sdk })
      expect([code, sdk.sent, err]).toEqual([2, [], expect.stringContaining(message)])
    }
  })

  it('stops all machines at Ctrl-C', async () => {
    const io = capturedIo()
    const started = Promise.withResolvers<void>()
    let stopped = 0
    const sdk = fakeSdk({
      async onSend(_token, { signal }) {
        if (sdk.sent.length === 2) started.resolve()
        await new Promise((resolve) => signal?.addEventListener('abort', resolve))
        stopped++
        throw new KairosError('aborted', 'Pairing: cancelled.')
      },
    })
    const running = runKairosctl(['register', a, b, '--config', config], { sdk, io })
    await started.promise
    io.stop('SIGINT')
    const { code, err } = await running
    expect([code, stopped]).toEqual([130, 2])
    expect(err).toMatch(/✖ Stopped by SIGINT\.\n$/)
    expect(err).not.toContain('not registered')
  })

  it('never prints the login or the query of a URL, and still tells the machines behind two queries apart', async () => {
    const files = await Promise.all([...pictures.slice(0, 2), config].map((path) => readFile(path)))
    const server = createServer(({ url }, response) => response.end(files[Number(url?.at(-1))]))
    await once(server.listen(0, '127.0.0.1'), 'listening')
    try {
      const { port } = server.address() as AddressInfo
      const urls = [0, 1, 2].map((index) => `http://admin:hunter2@127.0.0.1:${port}/screen?key=s3cret&vm=${index}`)
      const shown = `http://…@127.0.0.1:${port}/screen?…`
      const good = await runKairosctl(['register', ...urls.slice(0, 2), '--config', config])
      expect([good.code, good.err]).toEqual([0, expect.stringContaining(`${shown} (${tokens[0].fingerprint}): Regi`)])
      expect(good.err).toContain(`✔ ${shown} (${tokens[1].fingerprint}): Registered`)
      const one = await runKairosctl(['register', urls[0] as string, '--config', config, '--json'])
      expect(one.json.at(-1)?.machines).toMatchObject([{ machine: shown }])
      const bad = await runKairosctl(['token', 'show', urls[2] as string, '--verbose'])
      expect([bad.code, bad.err]).toEqual([6, expect.stringContaining(`${shown} is not a picture`)])
      for (const { out, err } of [good, one, bad]) expect(out + err).not.toMatch(/admin|hunter2|s3cret/)
    } finally {
      server.close()
    }
  })

  it('never prints the token or the config', async () => {
    const secret = join(directory, 'secret.yaml')
    await writeFile(secret, '#cloud-config\npassword: hunter2\n')
    for (const mode of [['--json'], ['--log-level', 'debug'], ['--verbose']]) {
      const sdk = fakeSdk({
        onSend() {
          throw noPeer
        },
      })
      const { out, err } = await runKairosctl(['register', a, '--config', secret, ...mode], { sdk })
      expect(out + err).not.toMatch(/hunter2|b3Rw/)
    }
  })
})
