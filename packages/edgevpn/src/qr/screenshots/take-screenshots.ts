import { KairosError, throwIfAborted } from '@kairos-sdk/core'
import {
  gnomeScreenshot,
  grim,
  imagemagickImport,
  maim,
  powershell,
  screencapture,
  scrot,
  spectacle,
} from './commands.js'
import { EmptyPictures, withoutEmptyPictures } from './empty-pictures.js'
import { nodeScreenshots } from './node-screenshots.js'
import { runCommand } from './run-command.js'
import type { CaptureContext, CaptureWay, Screenshot } from './screenshot.js'

/** What {@link takeScreenshots} takes from the machine it runs on; tests give their own. */
export interface ScreenshotInit extends Partial<Omit<CaptureContext, 'signal'>> {
  /** As `process.platform`. */
  readonly platform?: string
}

export interface TakeScreenshotsOptions extends ScreenshotInit {
  readonly signal?: AbortSignal | undefined
}

/** Their compositors let them look; the screen may be that of a machine that has not come up yet. */
const OF_DESKTOPS = [gnomeScreenshot, spectacle]
const NOT_INSTALLED = 'not installed'
const INSTEAD = 'or pass a picture of the QR code, or the token itself: kairosctl register <token>'

/**
 * Takes a picture of every display. Tries the package node-screenshots and then the programs that the system may have;
 * on Wayland those that its compositors support come first, and an empty picture counts only when there is no other, and
 * only of such. What a program writes is in a private directory that is removed again.
 *
 * @throws KairosError `screenshot/unavailable` (says what was tried and how it failed), `aborted`
 */
export async function takeScreenshots(options: TakeScreenshotsOptions = {}): Promise<Screenshot[]> {
  const platform = options.platform ?? process.platform
  const context: CaptureContext = {
    env: options.env ?? process.env,
    run: options.run ?? runCommand,
    loadNodeScreenshots: options.loadNodeScreenshots ?? (() => import('node-screenshots')),
    signal: options.signal,
  }
  const failures: string[] = []
  let empty: readonly Screenshot[] | undefined
  for (const way of waysFor(platform, context.env)) {
    throwIfAborted(options.signal, 'Taking a screenshot')
    try {
      const screenshots = await way.capture(context)
      if (screenshots.length > 0) return screenshots
      failures.push(`${way.name} (no picture)`)
    } catch (error) {
      throwIfAborted(options.signal, 'Taking a screenshot')
      if (error instanceof EmptyPictures && OF_DESKTOPS.some(({ name }) => name === way.name))
        empty ??= error.screenshots
      failures.push(`${way.name} (${reasonOf(error)})`)
    }
  }
  if (empty) return [...empty]
  throw unavailable(platform, context.env, failures)
}

/** The ways that can work here, the best first. */
function waysFor(platform: string, env: CaptureContext['env']): readonly CaptureWay[] {
  if (platform === 'darwin') return [nodeScreenshots, screencapture]
  if (platform === 'win32') return [nodeScreenshots, powershell]
  const onX11 = [nodeScreenshots, scrot, maim, imagemagickImport]
  if (env.WAYLAND_DISPLAY) {
    // Through XWayland only the windows of X11 programs can be seen, or nothing: only when all else has failed. Those of
    // the desktops, too, resort to it where they are not allowed to look; grim speaks nothing but Wayland.
    const others = [...OF_DESKTOPS, nodeScreenshots, ...(env.DISPLAY ? onX11.slice(1) : [])]
    return [grim, ...others.map(withoutEmptyPictures)]
  }
  return env.DISPLAY ? [...onX11, ...OF_DESKTOPS] : []
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if ('code' in error && error.code === 'ENOENT') return NOT_INSTALLED
  if ('code' in error && (error.code === 'ERR_MODULE_NOT_FOUND' || error.code === 'MODULE_NOT_FOUND')) {
    return NOT_INSTALLED
  }
  return (error.message.split('\n')[0] ?? '').slice(0, 200).replace(/\.$/, '')
}

function unavailable(platform: string, env: CaptureContext['env'], failures: readonly string[]): KairosError {
  if (failures.length === 0) {
    return new KairosError(
      'screenshot/unavailable',
      'There is no screen to take a picture of: neither DISPLAY nor WAYLAND_DISPLAY is set.',
      { hint: `Run this on the desktop that shows the QR code (not over SSH), ${INSTEAD}` },
    )
  }
  return new KairosError('screenshot/unavailable', `No way to take a screenshot worked: ${failures.join(', ')}.`, {
    hint: `${adviceFor(platform, env, failures)}, ${INSTEAD}`,
  })
}

function adviceFor(platform: string, env: CaptureContext['env'], failures: readonly string[]): string {
  if (platform === 'darwin') {
    return 'Allow your terminal to record the screen (System Settings, Privacy & Security, Screen & System Audio Recording)'
  }
  if (platform === 'win32') return 'Run this in the desktop session that shows the QR code'
  if (!env.WAYLAND_DISPLAY) {
    // The package may be there without the libraries that it needs.
    const ofPrograms = failures.filter((failure) => !failure.startsWith(`${nodeScreenshots.name} (`))
    return ofPrograms.some((failure) => !failure.endsWith(`(${NOT_INSTALLED})`))
      ? `Check that DISPLAY (now ${env.DISPLAY}) is the display with the QR code, and that this user may look at it (see: xhost)`
      : 'Install scrot, maim or ImageMagick'
  }
  const desktop = env.XDG_CURRENT_DESKTOP ?? ''
  const program = /gnome|unity/i.test(desktop) ? 'gnome-screenshot' : /kde/i.test(desktop) ? 'spectacle' : undefined
  if (program) {
    const isMissing = failures.includes(`${program} (${NOT_INSTALLED})`)
    return isMissing ? `Install ${program}` : `Look why ${program} cannot take a picture`
  }
  return 'Install grim (wlroots compositors), gnome-screenshot (GNOME) or spectacle (KDE)'
}
