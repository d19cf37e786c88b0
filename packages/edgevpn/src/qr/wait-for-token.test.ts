import { describe, expect, it, vi } from 'vitest'
import { pgmOf } from './corpus/files.js'
import { paintSquare } from './corpus/paint.js'
import { createRaster, type Raster } from './raster.js'
import type { Screenshot } from './screenshots/screenshot.js'
import { type Frame, waitForToken } from './wait-for-token.js'

const isToken = (text: string) => text.startsWith('token')
const shot = (name: string, picture: Raster): Screenshot => ({ name, picture: pgmOf(picture) })
const EMPTY = createRaster(120, 120)

/** Shows one list of screenshots after the other, and the last one for ever. */
function screen(...frames: readonly Screenshot[][]) {
  let number = 0
  return vi.fn(async () => frames[Math.min(number++, frames.length - 1)] as Screenshot[])
}

describe('waitForToken', () => {
  it('waits until a token appears on one of the displays', async () => {
    const code = paintSquare('token 1', 4)
    const capture = screen(
      [shot('left', EMPTY), shot('right', EMPTY)],
      [shot('left', EMPTY), shot('right', paintSquare('https://kairos.io', 4))],
      [shot('left', EMPTY), shot('right', code)],
    )
    const found = await waitForToken({ capture, isToken, intervalMs: 0 })
    expect(found).toEqual({ tokens: ['token 1'], displays: ['right'] })
    expect(capture).toHaveBeenCalledTimes(3)
  })

  it('gives the tokens of all displays of a frame', async () => {
    const capture = screen([shot('a', paintSquare('token 1', 4)), shot('b', paintSquare('token 2', 4))])
    const found = await waitForToken({ capture, isToken, intervalMs: 0 })
    expect(found).toEqual({ tokens: ['token 1', 'token 2'], displays: ['a', 'b'] })
  })

  it('looks thoroughly at the first frame and each fifth one, and not at what it saw before', async () => {
    const other = createRaster(130, 130)
    const still = [shot('a', EMPTY)]
    const capture = screen(still, still, [shot('a', other)], [shot('a', other)], still, [shot('a', other)], still, [
      shot('a', paintSquare('token', 4)),
    ])
    const frames: Frame[] = []
    await waitForToken({ capture, isToken, intervalMs: 0, onFrame: (frame) => frames.push(frame) })
    expect(frames.map(({ number, changed, effort }) => [number, changed, effort])).toEqual([
      [1, 1, 'thorough'],
      [2, 0, 'quick'],
      [3, 1, 'quick'],
      [4, 0, 'quick'],
      [5, 1, 'quick'],
      [6, 1, 'thorough'],
      [7, 1, 'quick'],
      [8, 1, 'quick'],
    ])
  })

  it('ends while it pauses when it is told to', async () => {
    const controller = new AbortController()
    const capture = screen([shot('a', EMPTY)])
    const onFrame = () => controller.abort()
    const waiting = waitForToken({ capture, isToken, intervalMs: 3_600_000, onFrame, signal: controller.signal })
    await expect(waiting).rejects.toMatchObject({ code: 'aborted' })
  })

  it('passes on that there is no way to take a screenshot', async () => {
    const capture = () => Promise.reject(new Error('no screen'))
    await expect(waitForToken({ capture })).rejects.toThrow('no screen')
  })
})
