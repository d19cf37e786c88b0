import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeToken, encodeToken, generateToken, NEVER_ROTATE, rotatingKeysAt, Token } from '@kairos-sdk/core'
import { readTokensFromPicture } from '@kairos-sdk/edgevpn/qr'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fakeSdk } from '../../testing/fake-sdk.js'
import { runKairosctl } from '../../testing/run-kairosctl.js'

const token = generateToken({ interval: 9_000n })
const text = encodeToken(token)
const secrets = [token.room, token.rendezvous, token.mdns, token.crypto.key, token.dht?.key ?? '', text]

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'token-'))
})
afterAll(() => rm(directory, { recursive: true }))

describe('kairosctl token generate', () => {
  it('prints a token and nothing else', async () => {
    const { code, out, err } = await runKairosctl(['token', 'generate'])
    expect([code, err]).toEqual([0, ''])
    expect(decodeToken(out).crypto.interval).toBe(9_000n)
    expect(out).toMatch(/^\S+\n$/)
  })

  it.each([
    ['60', 60n],
    ['never', NEVER_ROTATE],
    ['9223372036854775807', NEVER_ROTATE],
    ['9223372036854775806', NEVER_ROTATE - 1n],
  ])('makes keys that rotate every %s seconds, exactly', async (interval, expected) => {
    const { json } = await runKairosctl(['token', 'generate', '--interval', interval, '--json'])
    expect(json).toEqual([{ token: expect.any(String), fingerprint: expect.stringMatching(/^[0-9a-f]{8}$/) }])
    expect(decodeToken(String(json[0]?.token)).dht?.interval).toBe(expected)
  })

  it.each(['0', '-1', '1.5', '1e3', '10m', '', '9223372036854775808'])('refuses the interval %j', async (interval) => {
    expect((await runKairosctl(['token', 'generate', `--interval=${interval}`])).code).toBe(2)
  })
})

describe('kairosctl token show', () => {
  it('tells what is not secret', async () => {
    const { code, out } = await runKairosctl(['token', 'show', text])
    expect(code).toBe(0)
    expect(out).toMatch(
      new RegExp(`^Fingerprint +${token.fingerprint}\nRoom, seal key +rotates every 9000 s, next in `),
    )
    for (const secret of secrets) expect(out).not.toContain(secret)
    const { json, out: raw } = await runKairosctl(['token', 'show', text, '--json'])
    expect(json).toEqual([
      {
        fingerprint: token.fingerprint,
        crypto: { interval: '9000', nextRotation: expect.any(Number), length: 43 },
        dht: { interval: '9000', nextRotation: expect.any(Number), length: 43 },
        maxMessageSize: 20_971_520,
      },
    ])
    for (const secret of secrets) expect(raw).not.toContain(secret)
  })

  it('reveals the rest only when asked to', async () => {
    const { out } = await runKairosctl(['token', 'show', text, '--reveal'])
    for (const secret of secrets) expect(out).toContain(secret)
    const { json } = await runKairosctl(['token', 'show', text, '--reveal', '--json'])
    expect(json[0]).toMatchObject({ token: text, room: token.room, crypto: { key: token.crypto.key } })
  })

  it('tells of a token whose keys never rotate, and of one without a DHT key', async () => {
    const pairing = encodeToken(generateToken({ interval: NEVER_ROTATE }))
    expect((await runKairosctl(['token', 'show', pairing])).out).toMatch(/Room, seal key +never rotates\n/)
    const { json } = await runKairosctl(['token', 'show', pairing, '--json'])
    expect(json[0]).toMatchObject({ crypto: { interval: '9223372036854775807', nextRotation: null } })
    const plain = encodeToken(new Token({ ...token, dht: undefined }))
    expect((await runKairosctl(['token', 'show', plain])).out).toMatch(/DHT rendezvous +does not rotate\n/)
  })
})

describe('kairosctl token show and keys of a picture with several codes', () => {
  it('put an empty line between the tokens', async () => {
    const sdk = fakeSdk()
    const qr = await sdk.qr()
    const readTokensFromPicture: typeof qr.readTokensFromPicture = async () => ({
      tokens: [text, encodeToken(generateToken())],
      codes: 2,
    })
    const withTwo = { sdk: { ...sdk, qr: async () => ({ ...qr, readTokensFromPicture }) } }
    const path = join(directory, 'two.png')
    await writeFile(path, '')
    const shown = await runKairosctl(['token', 'show', path], withTwo)
    expect(shown.out.split('\n\n')).toEqual([expect.stringMatching(/^Finger/), expect.stringMatching(/^Finger/)])
    const keys = await runKairosctl(['token', 'keys', path, '--reveal'], withTwo)
    expect(keys.out.split('\n\n')).toEqual([expect.stringMatching(/^roomT/), expect.stringMatching(/^roomT/)])
  })
})

describe('kairosctl token keys', () => {
  it('prints the keys of a time', async () => {
    const at = 1_700_000_000
    const { json } = await runKairosctl(['token', 'keys', text, '--at', String(at), '--reveal', '--json'])
    expect(json).toEqual([{ ...rotatingKeysAt(token, at), at, nextRotation: 1_700_001_000 }])
    const { out } = await runKairosctl(['token', 'keys', text, '--at', String(at), '--reveal'])
    expect(out).toMatch(
      /^roomTopic {6}[0-9a-f]{32}\npublicTopic {4}\S+\ndhtRendezvous {2}\S+\nsealKey {8}\S+\nat {13}1700000000\nnextRotation {3}1700001000\n$/,
    )
  })

  it('takes the present time by default', async () => {
    const before = Math.floor(Date.now() / 1_000)
    const { json } = await runKairosctl(['token', 'keys', text, '--reveal', '--json'])
    expect(json[0]?.at).toBeGreaterThanOrEqual(before)
    expect(json[0]?.nextRotation).toBeGreaterThan(before)
  })

  it('prints nothing without --reveal', async () => {
    const { code, out, err } = await runKairosctl(['token', 'keys', text])
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain('--reveal')
  })

  it.each(['-5', '1.5', 'now', '', '9'.repeat(20)])('refuses the time %j', async (at) => {
    expect((await runKairosctl(['token', 'keys', text, `--at=${at}`, '--reveal'])).code).toBe(2)
  })
})

describe('kairosctl qr', () => {
  it('writes a picture that only its owner can read', async () => {
    const output = join(directory, 'code.png')
    const { code, out, err } = await runKairosctl(['qr', text, '--output', output])
    expect([code, out, err]).toEqual([0, '', `Written to ${output}.\n`])
    expect((await readTokensFromPicture(await readFile(output))).tokens).toEqual([text])
    if (process.platform !== 'win32') expect((await stat(output)).mode & 0o777).toBe(0o600)
    expect((await runKairosctl(['token', 'show', output])).out).toContain(token.fingerprint)
  })

  it('draws on standard output', async () => {
    const { code, out, err } = await runKairosctl(['qr', text])
    expect([code, err]).toEqual([0, ''])
    expect(out.split('\n').length).toBeGreaterThan(30)
  })

  it('draws nothing that is not a token', async () => {
    expect((await runKairosctl(['qr', 'https://example.com'])).code).toBe(5)
  })
})

describe('kairosctl validate', () => {
  it('tells what is in a config', async () => {
    const path = join(directory, 'config.yaml')
    await writeFile(path, '#cloud-config\nhostname: x\nusers: []\n')
    const { code, out } = await runKairosctl(['validate', path])
    expect([code, out]).toEqual([0, `${path} is accepted: 36 bytes, settings under #cloud-config: hostname, users.\n`])
    const { json } = await runKairosctl(['validate', path, '--json'])
    expect(json).toEqual([
      { valid: true, kind: 'yaml', header: '#cloud-config', bytes: 36, keys: ['hostname', 'users'], warnings: [] },
    ])
  })

  it('reads standard input and warns of what is probably not meant', async () => {
    const { code, out, err } = await runKairosctl(['validate', '-'], { stdin: '#cloud-config\n' })
    expect(code).toBe(0)
    expect(out).toBe('standard input is accepted: 14 bytes, settings under #cloud-config: none.\n')
    expect(err).toBe('! standard input has a header but no settings.\n')
  })

  it('says where a config is wrong', async () => {
    const { code, err } = await runKairosctl(['validate', '-'], { stdin: '#cloud-config\na: 1\n b: 2\n' })
    expect(code).toBe(3)
    expect(err).toMatch(/^✖ standard input, line \d, column \d/)
  })
})

describe('kairosctl completion', () => {
  it('prints the script of the shell that is asked for, else of the one that is used', async () => {
    expect((await runKairosctl(['completion', 'zsh'])).out).toMatch(/^#compdef kairosctl\n/)
    expect((await runKairosctl(['completion'], { env: { SHELL: '/usr/bin/fish' } })).out).toMatch(/^# fish completion/)
    const { code, err } = await runKairosctl(['completion'], { env: { SHELL: '/bin/tcsh' } })
    expect([code, err]).toEqual([2, expect.stringContaining('bash, zsh, fish')])
  })
})
