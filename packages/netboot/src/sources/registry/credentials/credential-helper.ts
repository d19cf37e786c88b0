import { spawn } from 'node:child_process'
import { KairosError, throwIfAborted } from '@kairos-sdk/core'
import * as z from 'zod/v4/mini'
import { type Credentials, credentialsOfLogin } from './credentials.js'

const MAX_ANSWER_BYTES = 1024 * 1024
/** A keychain may ask its owner first. */
const DEFAULT_TIMEOUT_MS = 30_000

const answerSchema = z.object({ Username: z.string(), Secret: z.string() })

export interface HelperOptions {
  readonly signal?: AbortSignal | undefined
  /** Time that the helper has. Default 30,000 ms. */
  readonly timeoutMs?: number | undefined
  /** Where the helper is looked for (`PATH`), and what it gets. Default: the process's own. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
}

/**
 * Asks a credential helper, the program `docker-credential-NAME`, for the login of a registry: `get`, with the name of the
 * registry as standard input (docker/docker-credential-helpers, "Development"). What it prints never gets into messages.
 *
 * @returns `undefined` when it has none
 * @throws KairosError `registry/no-credentials`, `aborted`
 */
export async function askCredentialHelper(
  name: string,
  server: string,
  options: HelperOptions = {},
): Promise<Credentials | undefined> {
  const program = `docker-credential-${name}`
  // The name becomes a part of a path.
  if (!/^[\w.-]+$/.test(name)) throw failed('A credential helper', 'a name expected, a path found')
  const doing = `Cannot ask ${program}`
  throwIfAborted(options.signal, doing)
  const { code, output } = await run(program, server, options)
  throwIfAborted(options.signal, doing)
  if (code === 0) return readAnswer(program, output)
  // All helpers of that project say it in these words.
  if (/credentials not found/i.test(output)) return undefined
  throw failed(program, `exit status 0 expected, ${code} found`)
}

function readAnswer(program: string, output: string): Credentials | undefined {
  let answer: z.infer<typeof answerSchema>
  try {
    answer = answerSchema.parse(JSON.parse(output))
  } catch {
    // Without the cause: it would quote the answer.
    throw failed(program, 'JSON with Username and Secret expected, something else found')
  }
  return answer.Secret === '' ? undefined : credentialsOfLogin(answer.Username, answer.Secret)
}

function run(
  program: string,
  input: string,
  { signal, timeoutMs = DEFAULT_TIMEOUT_MS, env = process.env }: HelperOptions,
): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, ['get'], { env: { ...env }, stdio: ['pipe', 'pipe', 'ignore'] })
    const chunks: Buffer[] = []
    let length = 0
    const stop = (error: KairosError) => {
      settle()
      child.kill('SIGKILL')
      reject(error)
    }
    const cancel = () =>
      stop(new KairosError('aborted', `Cannot ask ${program}: cancelled.`, { cause: signal?.reason }))
    const timer = setTimeout(
      () => stop(failed(program, `an answer expected, none found in ${timeoutMs} ms`)),
      timeoutMs,
    )
    const settle = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', cancel)
    }
    signal?.addEventListener('abort', cancel, { once: true })
    child.once('error', (cause) => {
      const missing = 'code' in cause && cause.code === 'ENOENT'
      stop(
        failed(
          program,
          missing ? 'a program on the PATH expected, none found' : 'a program that can be run expected',
          cause,
        ),
      )
    })
    child.stdout.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length > MAX_ANSWER_BYTES) stop(failed(program, `at most ${MAX_ANSWER_BYTES} bytes expected, more found`))
      else chunks.push(chunk)
    })
    child.once('close', (code) => {
      settle()
      resolve({ code, output: Buffer.concat(chunks).toString('utf8') })
    })
    // A helper that answers without reading closes the pipe.
    child.stdin.on('error', () => undefined)
    child.stdin.end(`${input}\n`)
  })
}

function failed(program: string, problem: string, cause?: unknown): KairosError {
  return new KairosError('registry/no-credentials', `${program}: ${problem}.`, {
    hint: 'It is named in the configuration of docker (credsStore, credHelpers). Install or repair it, or log in without it.',
    cause,
  })
}
