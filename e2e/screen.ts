import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { renderQrCode } from '@kairos-sdk/edgevpn/qr'
import { temporaryDirectory } from './temporary.js'

/** A display of its own that nobody sees. Needs `Xvfb` and `xterm`. */
export async function startScreen() {
  const directory = await temporaryDirectory()
  // The server chooses a free number and writes it to the descriptor.
  const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1920x1080x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  })
  const started = [server]
  const [number] = (await once(server.stdio[3] as NodeJS.ReadableStream, 'data')) as [Buffer]
  const display = `:${number.toString().trim()}`
  return {
    display,
    /** Opens a terminal with the code of a token. Does not wait until it can be seen. */
    async show(token: string): Promise<void> {
      const file = join(directory.path, 'code.txt')
      await writeFile(file, renderQrCode(token, { style: 'ansi' }), { mode: 0o600 })
      const show = ['-e', 'sh', '-c', 'cat "$1"; read answer', 'sh', file]
      const look = ['-bg', 'black', '-fa', 'DejaVu Sans Mono', '-fs', '7', '-geometry', '120x60+5+5', '-u8']
      started.push(
        spawn('xterm', [...look, ...show], {
          env: { ...process.env, DISPLAY: display, LC_ALL: 'C.UTF-8' },
          stdio: ['ignore', 'ignore', 'ignore', 'ignore'],
        }),
      )
    },
    async [Symbol.asyncDispose]() {
      for (const child of started.reverse()) {
        if (child.exitCode !== null || child.signalCode !== null) continue
        child.kill()
        await once(child, 'exit')
      }
      await directory.remove()
    },
  }
}
