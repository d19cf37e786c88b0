import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { NodeScreenshots } from './screenshot.js'
import { type ScreenshotInit, takeScreenshots } from './take-screenshots.js'

interface Call {
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
}

/** A machine where the named programs work, each writing its name to so many files, or this picture; others are not installed. */
function machine(
  platform: string,
  env: Record<string, string>,
  programs: Record<string, number | Error | Uint8Array> = {},
) {
  const calls: Call[] = []
  const modes: number[] = []
  const init: ScreenshotInit = {
    platform,
    env,
    async run(command, args, options) {
      calls.push({ command, args, env: options.env })
      const pictures = programs[command]
      if (pictures === undefined) throw Object.assign(new Error(`spawn ${command} ENOENT`), { code: 'ENOENT' })
      if (pictures instanceof Error) throw pictures
      const paths = options.env.KAIROS_SCREENSHOT_PATHS?.split('|') ?? args.filter((arg) => arg.endsWith('.png'))
      for (const path of paths.slice(0, typeof pictures === 'number' ? pictures : 1)) {
        modes.push(statSync(path).mode & 0o777, statSync(dirname(path)).mode & 0o777)
        writeFileSync(path, typeof pictures === 'number' ? `${command} ${path}` : pictures)
      }
    },
    loadNodeScreenshots: () =>
      Promise.reject(Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' })),
  }
  return { init, calls, modes }
}

/** The package, with displays that show these pictures. */
function packageWith(displays: Readonly<Record<string, Uint8Array>>): () => Promise<NodeScreenshots> {
  const all = () =>
    Object.entries(displays).map(([name, picture]) => ({
      name: () => name,
      captureImage: async () => ({ toPng: async () => picture }),
    }))
  return async () => ({ Monitor: { all } })
}

const PICTURE = Buffer.from('P2 2 1 255\n0 9\n')
const BLACK = Buffer.from('P2 2 1 255\n0 0\n')

const XWAYLAND = { WAYLAND_DISPLAY: 'wayland-0', DISPLAY: ':0', XDG_CURRENT_DESKTOP: 'GNOME' }

describe('takeScreenshots', () => {
  it.each(['linux', 'darwin', 'win32'])(
    'takes one picture of each display with the package on %s',
    async (platform) => {
      const { init, calls } = machine(platform, { DISPLAY: ':0' })
      const loadNodeScreenshots = packageWith({ 'HDMI-1': PICTURE, '': BLACK })
      const screenshots = await takeScreenshots({ ...init, loadNodeScreenshots })
      expect(screenshots).toEqual([
        { name: 'HDMI-1', picture: PICTURE },
        { name: 'display 2', picture: BLACK },
      ])
      expect(calls).toEqual([])
    },
  )

  it('goes on under Wayland after a picture of one colour, whatever program it is from', async () => {
    const black = { 'gnome-screenshot': BLACK, scrot: BLACK, maim: PICTURE }
    const { init, calls } = machine('linux', XWAYLAND, black)
    const loadNodeScreenshots = packageWith({ a: BLACK, b: BLACK })
    expect(await takeScreenshots({ ...init, loadNodeScreenshots })).toEqual([
      { name: 'all displays', picture: PICTURE },
    ])
    expect(calls.map(({ command }) => command)).toEqual(['grim', 'gnome-screenshot', 'spectacle', 'scrot', 'maim'])
  })

  it('says what to install when all pictures under Wayland are of one colour', async () => {
    const { init } = machine('linux', XWAYLAND, { scrot: BLACK, import: BLACK })
    const empty = 'an empty picture: Wayland does not let it look at the screen'
    await expect(takeScreenshots({ ...init, loadNodeScreenshots: packageWith({ a: BLACK }) })).rejects.toMatchObject({
      code: 'screenshot/unavailable',
      message: expect.stringContaining(
        `node-screenshots (${empty}), scrot (${empty}), maim (not installed), import (${empty}).`,
      ),
      hint: expect.stringContaining('Install gnome-screenshot'),
    })
  })

  it('believes the program of the desktop that the screen is black when no other sees anything', async () => {
    const { init, calls } = machine('linux', XWAYLAND, { 'gnome-screenshot': BLACK, scrot: BLACK })
    expect(await takeScreenshots({ ...init, loadNodeScreenshots: packageWith({ a: BLACK }) })).toEqual([
      { name: 'all displays', picture: BLACK },
    ])
    expect(calls).toHaveLength(6)
  })

  it('leaves it to others what is wrong with a picture that cannot be read', async () => {
    const odd = Buffer.from('no picture')
    const { init } = machine('linux', XWAYLAND, { 'gnome-screenshot': odd })
    expect(await takeScreenshots(init)).toEqual([{ name: 'all displays', picture: odd }])
  })

  it('believes grim that the screen is black', async () => {
    const { init } = machine('linux', XWAYLAND, { grim: BLACK })
    expect(await takeScreenshots(init)).toEqual([{ name: 'all displays', picture: BLACK }])
  })

  it('takes all displays of the package under Wayland when there is something on one', async () => {
    const { init } = machine('linux', XWAYLAND)
    const loadNodeScreenshots = packageWith({ a: BLACK, b: PICTURE })
    expect(await takeScreenshots({ ...init, loadNodeScreenshots })).toHaveLength(2)
  })

  it('takes an empty screen for what it is on X11', async () => {
    const { init } = machine('linux', { DISPLAY: ':0' })
    expect(await takeScreenshots({ ...init, loadNodeScreenshots: packageWith({ a: BLACK }) })).toHaveLength(1)
  })

  it.each([
    ['X11', { DISPLAY: ':0' }, ['scrot', 'maim', 'import', 'gnome-screenshot', 'spectacle']],
    ['Wayland', { WAYLAND_DISPLAY: 'wayland-0' }, ['grim', 'gnome-screenshot', 'spectacle']],
    [
      'Wayland with XWayland',
      { WAYLAND_DISPLAY: 'wayland-0', DISPLAY: ':0' },
      ['grim', 'gnome-screenshot', 'spectacle', 'scrot', 'maim', 'import'],
    ],
  ])('tries the programs for %s, the best first, and says how each failed', async (_, env, programs) => {
    const { init, calls } = machine('linux', env)
    const error = await takeScreenshots(init).catch((error: unknown) => error)
    expect(calls.map(({ command }) => command)).toEqual(programs)
    expect(error).toMatchObject({ code: 'screenshot/unavailable' })
    for (const program of [...programs, 'node-screenshots']) {
      expect((error as Error).message).toContain(`${program} (not installed)`)
    }
  })

  it('prefers grim to the package under Wayland', async () => {
    const { init, calls } = machine('linux', { WAYLAND_DISPLAY: 'wayland-0' }, { grim: 1 })
    const [screenshot] = await takeScreenshots({ ...init, loadNodeScreenshots: packageWith({ a: PICTURE }) })
    expect(screenshot?.name).toBe('all displays')
    expect(calls).toHaveLength(1)
  })

  it('goes on after a program that fails, or says that it works but writes nothing', async () => {
    const { init, calls } = machine('linux', { DISPLAY: ':0' }, { scrot: new Error('no. Really'), maim: 0, import: 1 })
    expect(await takeScreenshots(init)).toHaveLength(1)
    expect(calls.map(({ command }) => command)).toEqual(['scrot', 'maim', 'import'])
  })

  it.each([
    ['darwin', 'screencapture'],
    ['win32', 'powershell.exe'],
  ])('takes the pictures of two displays on %s with %s', async (platform, program) => {
    const { init, calls } = machine(platform, {}, { [program]: 2 })
    const screenshots = await takeScreenshots(init)
    expect(screenshots.map(({ name }) => name)).toEqual(['display 1', 'display 2'])
    expect(calls.map(({ command }) => command)).toEqual([program])
  })

  it('gives PowerShell its script without anything in it that came from outside', async () => {
    const { init, calls } = machine('win32', {}, { 'powershell.exe': 1 })
    await takeScreenshots(init)
    const script = Buffer.from(calls[0]?.args.at(-1) ?? '', 'base64').toString('utf16le')
    expect(script).toContain('CopyFromScreen')
    expect(script).not.toContain(tmpdir())
  })

  it('lets programs write to files that only this user can read, and removes them', async () => {
    const { init, modes } = machine('linux', { DISPLAY: ':0' }, { scrot: 1 })
    const [screenshot] = await takeScreenshots(init)
    if (process.platform !== 'win32') expect(modes).toEqual([0o600, 0o700])
    const path = Buffer.from(screenshot?.picture ?? [])
      .toString()
      .replace('scrot ', '')
    expect(existsSync(dirname(path))).toBe(false)
  })

  it('leaves no files behind when a program fails', async () => {
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith('kairos-screenshot-'))
    await takeScreenshots(machine('linux', { DISPLAY: ':0' }, { scrot: new Error('no') }).init).catch(() => undefined)
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('kairos-screenshot-'))).toEqual(before)
  })

  it('says that there is no screen where there is none', async () => {
    await expect(takeScreenshots(machine('linux', {}).init)).rejects.toMatchObject({
      code: 'screenshot/unavailable',
      message: 'There is no screen to take a picture of: neither DISPLAY nor WAYLAND_DISPLAY is set.',
      hint: expect.stringContaining('the token itself: kairosctl register <token>'),
    })
  })

  it.each([
    ['linux', { DISPLAY: ':0' }, 'Install scrot, maim or ImageMagick'],
    ['linux', { WAYLAND_DISPLAY: 'w', XDG_CURRENT_DESKTOP: 'ubuntu:GNOME' }, 'Install gnome-screenshot'],
    ['linux', { WAYLAND_DISPLAY: 'w', XDG_CURRENT_DESKTOP: 'KDE' }, 'Install spectacle'],
    ['linux', { WAYLAND_DISPLAY: 'w', XDG_CURRENT_DESKTOP: 'sway' }, 'Install grim'],
    ['darwin', {}, 'Allow your terminal to record the screen'],
    ['win32', {}, 'Run this in the desktop session'],
  ])('says on %s with %o what to do', async (platform, env, advice) => {
    const { init } = machine(platform, env as Record<string, string>)
    await expect(takeScreenshots(init)).rejects.toMatchObject({ hint: expect.stringContaining(advice) })
  })

  it('does not take the package without its libraries for a program', async () => {
    const { init } = machine('linux', { DISPLAY: ':0' })
    const loadNodeScreenshots = () => Promise.reject(new Error('Cannot find native binding'))
    await expect(takeScreenshots({ ...init, loadNodeScreenshots })).rejects.toMatchObject({
      hint: expect.stringContaining('Install scrot, maim or ImageMagick'),
    })
  })

  it('does not advise to install what is there and cannot look at the display', async () => {
    const { init } = machine('linux', { DISPLAY: ':7' }, { scrot: new Error("Can't open X display") })
    await expect(takeScreenshots(init)).rejects.toMatchObject({
      hint: expect.stringMatching(/^Check that DISPLAY \(now :7\) is the display/),
    })
  })

  it('stops when it is told to', async () => {
    const controller = new AbortController()
    const { init } = machine('linux', { DISPLAY: ':0' })
    const run = async () => {
      controller.abort()
      throw new Error('killed')
    }
    const taking = takeScreenshots({ ...init, run, signal: controller.signal })
    await expect(taking).rejects.toMatchObject({ code: 'aborted' })
  })
})
