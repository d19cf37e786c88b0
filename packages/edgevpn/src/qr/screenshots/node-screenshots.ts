import type { CaptureWay, Screenshot } from './screenshot.js'

/** The native package: one picture for each display, without a program to install. */
export const nodeScreenshots: CaptureWay = {
  name: 'node-screenshots',
  async capture({ loadNodeScreenshots, env }) {
    const { Monitor } = await loadNodeScreenshots()
    const screenshots: Screenshot[] = []
    let seen = 0
    for (const monitor of Monitor.all()) {
      const image = await monitor.captureImage()
      if (!isOneColour(await image.toRaw())) seen++
      screenshots.push({ name: monitor.name() || `display ${screenshots.length + 1}`, picture: await image.toPng() })
    }
    // Elsewhere a screen of one colour is one. Under Wayland it is what a compositor shows to those who may not look.
    if (seen === 0 && env.WAYLAND_DISPLAY) throw new Error('the pictures were empty')
    return screenshots
  },
}

/** True when all pixels (four bytes each) are the same; the opacity does not count. */
function isOneColour(pixels: Uint8Array): boolean {
  for (let at = 4; at + 2 < pixels.length; at += 4) {
    if (pixels[at] !== pixels[0] || pixels[at + 1] !== pixels[1] || pixels[at + 2] !== pixels[2]) return false
  }
  return true
}
