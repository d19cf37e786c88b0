import { KairosError } from '@kairos-sdk/core'
import { describe, expect, it, vi } from 'vitest'
import { pgmOf } from './corpus/files.js'
import { paintSquare } from './corpus/paint.js'
import { createRaster, type Raster } from './raster.js'
import type { Screenshot } from './screenshots/screenshot.js'
import { type Frame, waitForToken } from './wait-for-token.js'

const isToken = (text: string) => text.startsWith('token')
const shot = (name: string, picture: Raster): Screenshot => ({ name, picture: pgmOf(picture) })
const BROKEN: Screenshot = { name: 'broken', picture: Buffer.from('no picture') }
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

  it('passes on that there is no way to take a screenshot, or that no picture can be read', async () => {
    const capture = () => Promise.reject(new KairosError('screenshot/unavailable', 'no screen'))
    await expect(waitForToken({ capture })).rejects.toMatchObject({ code: 'screenshot/unavailable' })
    const broken = screen([BROKEN])
    await expect(waitForToken({ capture: broken })).rejects.toMatchObject({ code: 'qr/not-a-picture' })
  })

  it('looks at the other displays when the picture of one cannot be read', async () => {
    const capture = screen([BROKEN, shot('b', EMPTY)], [BROKEN, shot('b', paintSquare('token', 4))])
    expect(await waitForToken({ capture, isToken, intervalMs: 0 })).toEqual({ tokens: ['token'], displays: ['b'] })
  })

  it('goes on when the screen cannot be looked at for a while, and tells of it', async () => {
    const looks = [
      async () => [shot('a', EMPTY)],
      () => Promise.reject(new KairosError('screenshot/unavailable', 'locked')),
      async () => [BROKEN],
      async () => [shot('a', paintSquare('token', 4))],
    ]
    const failures: (string | undefined)[] = []
    const found = await waitForToken({
      capture: () => (looks.shift() as () => Promise<Screenshot[]>)(),
      isToken,
      intervalMs: 0,
      onFrame: ({ failure }) => failures.push(failure?.code),
    })
    expect(found.tokens).toEqual(['token'])
    expect(failures).toEqual([undefined, 'screenshot/unavailable', 'qr/not-a-picture', undefined])
  })

  it('gives up when the time is over', async () => {
    const capture = screen([shot('a', EMPTY)])
    const waiting = waitForToken({ capture, isToken, intervalMs: 3_600_000, timeoutMs: 1 })
    await expect(waiting).rejects.toMatchObject({
      code: 'qr/no-code',
      message: 'No QR code with a token appeared on the screen in 0 s.',
    })
  })

  it('says how the last look failed when the time is over', async () => {
    const locked = new KairosError('screenshot/unavailable', 'Locked.', { hint: 'Unlock it.' })
    let looks = 0
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const capture = async () => {
      if (++looks === 2) throw locked
      if (looks === 1) return [shot('a', EMPTY)]
      vi.advanceTimersByTime(10_000)
      throw new Error('killed')
    }
    const waiting = waitForToken({ capture, isToken, intervalMs: 0, timeoutMs: 10_000 })
    await expect(waiting.finally(() => vi.useRealTimers())).rejects.toMatchObject({
      code: 'qr/no-code',
      message: expect.stringMatching(/in 10 s\. The last look failed: Locked\.$/),
      hint: 'Unlock it.',
    })
  })

  it('takes more time than a timer can count for ever', async () => {
    const capture = screen([shot('a', EMPTY)], [shot('a', paintSquare('token', 4))])
    const found = await waitForToken({ capture, isToken, intervalMs: 0, timeoutMs: Number.POSITIVE_INFINITY })
    expect(found.tokens).toEqual(['token'])
  })
})
