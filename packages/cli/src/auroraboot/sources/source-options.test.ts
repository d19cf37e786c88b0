import { KairosError } from '@kairos-sdk/core'
import { readConfiguration } from '@kairos-sdk/netboot/provision'
import { DEFAULT_STATE_DIRECTORY } from '@kairos-sdk/netboot/sources'
import { afterEach, expect, it, vi } from 'vitest'
import { runProgram } from '../../runtime/run-program.js'
import { capturedIo } from '../../testing/captured-io.js'
import { aurorabootProgram } from '../program.js'
import { sourceOptions } from './source-options.js'

vi.mock('@kairos-sdk/netboot/sources', async (original) => {
  const kept = (stateDir: string) => {
    throw new KairosError('release/not-found', `Kept in ${stateDir}`)
  }
  return {
    ...(await original<object>()),
    openCache: kept,
    openRootSource: (_source: string, { stateDir }: { stateDir: string }) => kept(stateDir),
  }
})

afterEach(() => vi.unstubAllEnvs())

it('keeps downloads in one directory for all commands', async () => {
  vi.stubEnv('TMPDIR', '/elsewhere')
  const { configuration } = await readConfiguration({ set: ['container_image=x'] })
  expect(configuration.stateDir).toBe(DEFAULT_STATE_DIRECTORY)
  expect(sourceOptions['state-dir'].describe).toContain(DEFAULT_STATE_DIRECTORY)
  const commands = [
    ['build-iso', 'x'],
    ['unpack', 'x', 'no-such.tar'],
    ['pull-release', '--release-version', 'v1.0.0', '--flavor', 'x'],
  ]
  for (const argv of commands) {
    for (const [options, directory] of [[[], DEFAULT_STATE_DIRECTORY] as const, [['--state-dir', 's'], 's'] as const]) {
      const io = capturedIo()
      await runProgram(aurorabootProgram(), [...argv, ...options], io)
      expect([argv, io.stderr.text]).toEqual([argv, expect.stringContaining(`Kept in ${directory}`)])
    }
  }
})
