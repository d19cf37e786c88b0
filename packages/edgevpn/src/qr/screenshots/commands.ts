import { captureToFiles } from './capture-to-files.js'
import type { CaptureWay } from './screenshot.js'

/** Displays for which files are offered to programs that write one for each. */
const MOST_DISPLAYS = 16

/** A program that writes one PNG file which shows all displays. */
function onePicture(command: string, argsFor: (path: string) => string[]): CaptureWay {
  return {
    name: command,
    async capture({ run, signal, env }) {
      const pictures = await captureToFiles(1, ([path = '']) => run(command, argsFor(path), { signal, env }))
      return pictures.map((picture) => ({ name: 'all displays', picture }))
    },
  }
}

/** For the compositors built on wlroots: Sway, Hyprland, river. */
export const grim = onePicture('grim', (path) => [path])
export const gnomeScreenshot = onePicture('gnome-screenshot', (path) => ['-f', path])
/** KDE: in the background, without a notification, the full desktop. */
export const spectacle = onePicture('spectacle', (path) => ['-b', '-n', '-f', '-o', path])
/** `-o` overwrites the empty file that is there; `-z` keeps it from beeping. */
export const scrot = onePicture('scrot', (path) => ['-z', '-o', path])
export const maim = onePicture('maim', (path) => [path])
/** ImageMagick's. */
export const imagemagickImport = onePicture('import', (path) => ['-silent', '-window', 'root', path])

/** macOS: one file for each display, without the sound of a camera. */
export const screencapture: CaptureWay = {
  name: 'screencapture',
  async capture({ run, signal, env }) {
    const pictures = await captureToFiles(MOST_DISPLAYS, (paths) =>
      run('screencapture', ['-x', '-t', 'png', ...paths], { signal, env }),
    )
    return pictures.map((picture, number) => ({ name: `display ${number + 1}`, picture }))
  },
}

/**
 * Without SetProcessDPIAware Windows tells sizes of scaled displays in which the picture would be cut off or coarse. The
 * paths come by the environment, so that nothing in them can be taken for a part of the script.
 */
const POWERSHELL_SCRIPT = `
$ErrorActionPreference = 'Stop'
Add-Type -AssemblyName System.Windows.Forms, System.Drawing
Add-Type -Name Dpi -Namespace Kairos -MemberDefinition '[DllImport("user32.dll")] public static extern bool SetProcessDPIAware();'
[void][Kairos.Dpi]::SetProcessDPIAware()
$paths = $env:KAIROS_SCREENSHOT_PATHS -split '\\|'
$number = 0
foreach ($screen in [System.Windows.Forms.Screen]::AllScreens) {
  if ($number -ge $paths.Length) { break }
  $area = $screen.Bounds
  $picture = New-Object System.Drawing.Bitmap $area.Width, $area.Height
  $canvas = [System.Drawing.Graphics]::FromImage($picture)
  $canvas.CopyFromScreen($area.Location, [System.Drawing.Point]::Empty, $area.Size)
  $picture.Save($paths[$number], [System.Drawing.Imaging.ImageFormat]::Png)
  $canvas.Dispose()
  $picture.Dispose()
  $number++
}
`

export const powershell: CaptureWay = {
  name: 'powershell',
  async capture({ run, signal, env }) {
    const script = Buffer.from(POWERSHELL_SCRIPT, 'utf16le').toString('base64')
    const args = ['-NoProfile', '-NonInteractive', '-ExecutionPolicy', 'Bypass', '-EncodedCommand', script]
    const pictures = await captureToFiles(MOST_DISPLAYS, (paths) =>
      // A path on Windows cannot have a vertical bar in it.
      run('powershell.exe', args, { signal, env: { ...env, KAIROS_SCREENSHOT_PATHS: paths.join('|') } }),
    )
    return pictures.map((picture, number) => ({ name: `display ${number + 1}`, picture }))
  },
}
