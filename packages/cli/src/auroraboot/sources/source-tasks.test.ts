import type { ProgressEvent } from '@kairos-sdk/core'
import { describe, expect, it } from 'vitest'
import { createTextReporter } from '../../runtime/reporter/text-reporter.js'
import { capturedIo } from '../../testing/captured-io.js'
import { sourceTasks } from './source-tasks.js'

describe('sourceTasks', () => {
  function told(events: readonly ProgressEvent[]): string[] {
    const captured = capturedIo()
    const reporter = createTextReporter(captured, { logLevel: 'info', verbose: false, now: () => 0 })
    const tasks = sourceTasks(reporter, { message: 'Opening image' })
    for (const event of events) tasks.onProgress(event)
    tasks.succeed('Done')
    return captured.stderr.text.trim().split('\n')
  }
  const event = (phase: string, message: string, more: object = {}) => ({ phase, message, ...more })

  it('tells each step once in a pipe, while layers arrive, are merged and compressed at the same time', () => {
    const layers = event('layers', 'Reading layer 2 of 2', { unit: 'bytes' })
    const content = event('content', 'Compressing files', { unit: 'bytes' })
    const download = event('download', 'Downloading image', { total: 100, unit: 'bytes' })
    const lines = told([
      { ...download, message: 'Downloading layer abc', subject: 'sha256:abc', done: 1 },
      { ...download, done: 1 },
      { ...layers, done: 1 },
      { ...content, done: 1 },
      { ...download, done: 2 },
      { ...layers, done: 2 },
      { ...content, done: 2 },
      { ...download, done: 100 },
      event('tables', 'Writing inodes and directories'),
    ])
    expect(lines.map((line) => line.replace(/ +0 .?s$/, ''))).toEqual([
      'Opening image',
      'Downloading image',
      'Reading layer 2 of 2',
      'Writing inodes and directories',
      expect.stringContaining('Done'),
    ])
  })

  it('warns when a registry cannot be reached and an earlier image is taken', () => {
    expect(told([event('offline', 'quay.io cannot be reached: taking x as it was last')])).toContain(
      '! quay.io cannot be reached: taking x as it was last.',
    )
  })
})
