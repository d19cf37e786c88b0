import { describe, expect, it } from 'vitest'
import { runCommand } from './run-command.js'

const node = (script: string, signal?: AbortSignal) =>
  runCommand(process.execPath, ['-e', script], { env: { ...process.env, GREETING: 'hello $(id)' }, signal })

describe('runCommand', () => {
  it('gives the environment to the command as it is, without a shell', async () => {
    await node("if (process.env.GREETING !== 'hello $(id)') process.exitCode = 1")
  })

  it('says what the command said when it fails', async () => {
    await expect(node("console.error('cannot open display'); process.exitCode = 2")).rejects.toThrow(
      'cannot open display',
    )
    await expect(node('process.exitCode = 2')).rejects.toThrow('Command failed')
  })

  it('says that a command is not there', async () => {
    await expect(runCommand('kairos-no-such-program', [], { env: {} })).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('ends the command when it is told to', async () => {
    const controller = new AbortController()
    const running = node('setInterval(() => {}, 1000)', controller.signal)
    controller.abort()
    await expect(running).rejects.toMatchObject({ name: 'AbortError' })
  })
})
