import type { CaptureWay, Screenshot } from './screenshot.js'

/** The native package: one picture for each display, without a program to install. */
export const nodeScreenshots: CaptureWay = {
  name: 'node-screenshots',
  async capture({ loadNodeScreenshots }) {
    const { Monitor } = await loadNodeScreenshots()
    const screenshots: Screenshot[] = []
    for (const monitor of Monitor.all()) {
      const image = await monitor.captureImage()
      screenshots.push({ name: monitor.name() || `display ${screenshots.length + 1}`, picture: await image.toPng() })
    }
    return screenshots
  },
}
