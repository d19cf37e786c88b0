import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeToken, generateToken } from '@kairos-sdk/core/token'
import {
  renderQrCode,
  type TakeScreenshotsOptions,
  type TerminalQrStyle,
  takeScreenshots,
  waitForToken,
} from '@kairos-sdk/edgevpn/qr'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { runCommand } from '../packages/edgevpn/src/qr/screenshots/run-command.js'
import { requirement } from './requirements.js'

describe.skipIf(requirement(['Xvfb', 'xterm', 'scrot', 'import']))('a QR code in a real terminal', () => {
  const started: ChildProcess[] = []
  let directory: string
  let display: string

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'kairos-e2e-screen-'))
    // The server chooses a free number and writes it to the descriptor.
    const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1920x1080x24', '-nolisten', 'tcp'], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    })
    started.push(server)
    const [number] = (await once(server.stdio[3] as NodeJS.ReadableStream, 'data')) as [Buffer]
    display = `:${number.toString().trim()}`
  })

  afterAll(async () => {
    for (const process of started.reverse()) {
      if (process.exitCode !== null || process.signalCode !== null) continue
      process.kill()
      await once(process, 'exit')
    }
    await rm(directory, { recursive: true, force: true })
  })

  /** Takes pictures of that display only. The package asks the environment of this process, so it is left out. */
  const screen = (init: Partial<TakeScreenshotsOptions> = {}): TakeScreenshotsOptions => ({
    platform: 'linux',
    env: { PATH: process.env.PATH, HOME: directory, DISPLAY: display },
    loadNodeScreenshots: () => Promise.reject(new Error('left out')),
    ...init,
  })

  /** Shows a token in a terminal with these colours, and waits until it is seen on the screen. */
  async function showAndRead(
    style: TerminalQrStyle,
    colours: readonly string[],
    init: Partial<TakeScreenshotsOptions>,
  ) {
    const token = encodeToken(generateToken())
    const file = join(directory, `${style}.txt`)
    await writeFile(file, renderQrCode(token, { style }), { mode: 0o600 })
    const font = ['-fa', 'DejaVu Sans Mono', '-fs', '7']
    const show = ['-e', 'sh', '-c', 'cat "$1"; read answer', 'sh', file]
    const terminal = spawn('xterm', [...colours, ...font, '-geometry', '120x60+5+5', '-u8', ...show], {
      env: { ...process.env, DISPLAY: display, LC_ALL: 'C.UTF-8' },
      stdio: 'ignore',
    })
    started.push(terminal)
    const found = await waitForToken({
      capture: ({ signal }) => takeScreenshots({ ...screen(init), signal }),
      intervalMs: 100,
      signal: AbortSignal.timeout(60_000),
    })
    terminal.kill()
    await once(terminal, 'exit')
    expect(found.tokens).toEqual([token])
  }

  it.each<[string, TerminalQrStyle, string[]]>([
    ['in colours on a dark terminal', 'ansi', ['-bg', 'black', '-fg', 'grey80']],
    ['in colours on a light terminal', 'ansi', ['-bg', 'white', '-fg', 'black']],
    ['in 16 colours', 'ansi-16', ['-bg', 'black', '-fg', 'grey80']],
    ['in characters only on a dark terminal', 'half-blocks', ['-bg', 'black', '-fg', 'grey80']],
    ['in characters only on a light terminal', 'half-blocks', ['-bg', 'white', '-fg', 'black']],
  ])('that was drawn %s is read from a screenshot', async (_, style, colours) => {
    await showAndRead(style, colours, {})
  })

  it('is read with each program that takes screenshots', async () => {
    for (const tool of ['scrot', 'import']) {
      const used: string[] = []
      await showAndRead('ansi', ['-bg', 'black'], {
        async run(command, args, options) {
          if (command !== tool) throw new Error('left out')
          used.push(command)
          await runCommand(command, args, options)
        },
      })
      expect(new Set(used)).toEqual(new Set([tool]))
    }
  })

  it('is read with the package node-screenshots', async () => {
    // Its native code asks the environment of this process which display there is.
    vi.stubEnv('DISPLAY', display)
    try {
      await showAndRead('ansi', ['-bg', 'black'], {
        run: () => Promise.reject(new Error('left out')),
        loadNodeScreenshots: () => import('node-screenshots'),
      })
    } finally {
      vi.unstubAllEnvs()
    }
  })

  it('is not looked for on a screen that cannot be opened, which is said', async () => {
    const env = { PATH: process.env.PATH, HOME: directory, DISPLAY: ':64999' }
    await expect(takeScreenshots(screen({ env }))).rejects.toMatchObject({
      code: 'screenshot/unavailable',
      message: expect.stringContaining('scrot ('),
    })
  })
})
