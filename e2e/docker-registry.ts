import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { findProgram } from './requirements.js'

export interface RegistryPlan {
  /** Everything that is not storage and address, as in the registry's configuration file. */
  readonly http?: Readonly<Record<string, unknown>>
  readonly auth?: Readonly<Record<string, unknown>>
}

/** The docker-registry of Debian on a free port of the loopback interface. */
export interface RunningRegistry extends AsyncDisposable {
  /** `127.0.0.1:40123` */
  readonly host: string
}

/** Starts one on the images in `directory`, which several can share. */
export async function startRegistry(directory: string, plan: RegistryPlan = {}): Promise<RunningRegistry> {
  const config = join(directory, `registry-${Math.random().toString(36).slice(2)}.yml`)
  const settings = {
    version: '0.1',
    storage: { filesystem: { rootdirectory: join(directory, 'registry') } },
    ...plan,
    http: { addr: '127.0.0.1:0', secret: 'shared', ...plan.http },
  }
  // JSON is YAML.
  await writeFile(config, JSON.stringify(settings))
  const child = spawn(findProgram('docker-registry') ?? 'docker-registry', ['serve', config], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const ended = once(child, 'close')
  const host = await new Promise<string>((resolve, reject) => {
    let log = ''
    const lines = createInterface({ input: child.stderr })
    lines.on('line', (line) => {
      log += `${line}\n`
      const address = /listening on (127\.0\.0\.1:\d+)/.exec(line)?.[1]
      if (address) resolve(address)
    })
    child.once('close', () => reject(new Error(`docker-registry ended:\n${log}`)))
    child.once('error', reject)
  })
  return {
    host,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      await ended
    },
  }
}
