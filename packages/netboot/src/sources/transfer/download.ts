import { KairosError, redactUrl, throwIfAborted, translateError } from '@kairos-sdk/core'
import { defaultHttpClient, type HttpResponse } from '../../bytes/http-client.js'
import { classifyAnswer, strongEtagOf } from './answer.js'
import { checkLimit, checkSize, contentProblem, wrongSize } from './content-check.js'
import { pauseOf } from './http-status.js'
import type { PartialFile } from './partial-file.js'
import { bytesToKeep, digestOfUrl, readResumeRecord, writeResumeRecord } from './resume-record.js'
import { backOffMs, LONGEST_PAUSE_MS, waitByClock } from './retry.js'
import type { TransferOptions, TransferPhase, TransferRequest, TransferResult } from './transfer.js'
import { isTransient } from './transient.js'

const PROGRESS_BYTES = 1024 * 1024
/** A file that changes more often than this while it is downloaded is one that somebody writes to. */
const MAX_RESTARTS = 3

/** What became of one attempt. */
type Outcome = { readonly done: true } | { readonly done: false; readonly error: KairosError }

/** Brings the bytes of one file into a partial file, over as many connections as that takes. */
export class Download {
  readonly #request: TransferRequest
  readonly #file: PartialFile
  readonly #recordPath: string
  readonly #options: TransferOptions
  readonly #name: string
  #headers: Readonly<Record<string, string>> | undefined
  /** Of the version that the file has the beginning of. */
  #version: { validator?: string | undefined; size?: number | undefined } = {}
  #result: Pick<TransferResult, 'etag' | 'lastModified'> = {}
  #restarts = 0
  /** True when the bytes come from more than one connection, so that a wrong checksum may be of a mixture. */
  #joined = false

  constructor(request: TransferRequest, file: PartialFile, recordPath: string, options: TransferOptions) {
    this.#request = request
    this.#file = file
    this.#recordPath = recordPath
    this.#options = options
    this.#name = redactUrl(request.url)
    this.#headers = request.headers
  }

  /** Takes up what an earlier process left, as far as it can be trusted. */
  async takeUp(): Promise<void> {
    const record = await readResumeRecord(this.#recordPath)
    const stored = await this.#file.storedBytes()
    const keep = record ? bytesToKeep(record, this.#request, stored) : 0
    if (record && keep > 0) {
      this.#tell('resuming', `Resuming ${this.#name}`, keep, record.size)
      await this.#file.resumeAt(keep, this.#options.signal ?? undefined)
      this.#version = {
        validator: record.urlDigest === this.#urlDigest ? record.validator : undefined,
        size: record.size,
      }
      this.#joined = true
    } else await this.#file.restart()
  }

  /**
   * Downloads until everything is there and right.
   *
   * @throws KairosError see `transferToFile`
   */
  async run(): Promise<TransferResult> {
    const { retries = 5, wait = waitByClock, signal } = this.#options
    for (let failures = 0; ; ) {
      const before = this.#file.length
      const outcome = await this.#attempt()
      if (outcome.done) {
        if (await this.#isRight()) break
        failures = 0
        continue
      }
      // One that moved on starts counting afresh: a long download may lose its connection many times.
      failures = this.#file.length > before ? 1 : failures + 1
      const pauseMs = pauseOf(outcome.error) ?? 0
      if (failures > retries || pauseMs > LONGEST_PAUSE_MS) throw outcome.error
      const delayMs = Math.max(backOffMs(failures), pauseMs)
      this.#tell('waiting', `Trying again in ${Math.ceil(delayMs / 1000)} s: ${outcome.error.message}`)
      try {
        await wait(delayMs, signal ?? undefined)
      } catch (error) {
        throw translateError(error, `Cannot download ${this.#name}`)
      }
    }
    return { size: this.#file.length, sha256: this.#file.sha256, ...this.#result }
  }

  get #urlDigest(): string {
    return digestOfUrl(this.#request.url)
  }

  async #attempt(): Promise<Outcome> {
    const offset = await this.#beginning()
    // What an earlier process left may be everything.
    if (offset > 0 && offset === this.#expectedSize) return { done: true }
    let response: HttpResponse
    try {
      response = await this.#ask(offset)
    } catch (error) {
      return this.#failed(error)
    }
    try {
      const answer = classifyAnswer(response, { offset, validator: this.#version.validator, size: this.#version.size })
      if (answer.kind === 'busy') return this.#failed(answer.error)
      if (answer.kind === 'changed') return await this.#startAgain()
      if (answer.offset < offset) await this.#restart('the server sends another version, or no parts')
      checkSize(this.#request, this.#name, answer.size)
      if (answer.offset === 0) await this.#remember(response, answer.size)
      else this.#joined = true
      return await this.#receive(response, answer.size ?? this.#expectedSize)
    } finally {
      response.discard()
    }
  }

  /** Where to go on. Without a word on the version and without a checksum, a continuation could be of another file. */
  async #beginning(): Promise<number> {
    const safe = this.#version.validator !== undefined || this.#request.sha256 !== undefined
    if (this.#file.length > 0 && !safe) await this.#file.restart()
    return this.#file.length
  }

  get #expectedSize(): number | undefined {
    return this.#request.size ?? this.#version.size
  }

  async #ask(offset: number): Promise<HttpResponse> {
    const { http = defaultHttpClient(), stalledAfterMs, signal } = this.#options
    const { url, authorize } = this.#request
    const { validator } = this.#version
    const range = offset > 0 ? { range: `bytes=${offset}-` } : {}
    const rangeHeaders = { ...range, ...(offset > 0 && validator !== undefined && { 'if-range': validator }) }
    const ask = () => http.request({ url, headers: this.#headers, rangeHeaders, stalledAfterMs, signal })
    const response = await ask()
    if (response.status !== 401 || !authorize || response.url.origin !== new URL(url).origin) return response
    const headers = await authorize(response.headers['www-authenticate'])
    if (!headers) return response
    response.discard()
    this.#headers = { ...this.#request.headers, ...headers }
    return ask()
  }

  #failed(error: unknown): Outcome {
    const { signal } = this.#options
    throwIfAborted(signal, `Cannot download ${this.#name}`)
    const known = translateError(error, `Cannot download ${this.#name}`, 'input/unreachable')
    if (!isTransient(known)) throw known
    return { done: false, error: known }
  }

  async #receive(response: HttpResponse, size: number | undefined): Promise<Outcome> {
    const file = this.#file
    let told = file.length
    this.#tell('downloading', `Downloading ${this.#name}`, told, size)
    const chunks = response.body[Symbol.asyncIterator]()
    try {
      for (;;) {
        let next: IteratorResult<Uint8Array, void>
        try {
          next = await chunks.next()
        } catch (error) {
          await this.#settle()
          return this.#failed(error)
        }
        if (next.done) break
        if (size !== undefined && file.length + next.value.length > size) throw wrongSize(this.#name, size, 'more')
        checkLimit(this.#request, this.#name, file.length + next.value.length)
        await this.#write(() => file.append(next.value as Uint8Array))
        if (file.length - told < PROGRESS_BYTES) continue
        told = file.length
        this.#tell('downloading', `Downloading ${this.#name}`, told, size)
      }
    } finally {
      await chunks.return?.()
    }
    await this.#settle()
    if (size !== undefined && file.length < size) {
      return {
        done: false,
        error: new KairosError('input/unreachable', `${this.#name}: ${size} bytes expected, ${file.length} found.`),
      }
    }
    this.#tell('downloading', `Downloading ${this.#name}`, file.length, size)
    return { done: true }
  }

  #settle(): Promise<void> {
    return this.#write(() => this.#file.settle())
  }

  async #write(write: () => Promise<void>): Promise<void> {
    try {
      await write()
    } catch (error) {
      throw translateError(error, `Cannot write what ${this.#name} gives`, 'output/not-writable')
    }
  }

  /** Writes down what the bytes to come are of, before the first of them. */
  async #remember(response: HttpResponse, size: number | undefined): Promise<void> {
    const { etag, 'last-modified': lastModified } = response.headers
    this.#version = { validator: strongEtagOf(etag) ?? lastModified, size }
    this.#result = { etag, lastModified }
    const record = { urlDigest: this.#urlDigest, sha256: this.#request.sha256?.toLowerCase(), ...this.#version }
    await this.#write(() => writeResumeRecord(this.#recordPath, { validator: undefined, size: undefined, ...record }))
  }

  async #startAgain(): Promise<Outcome> {
    await this.#restart('the file on the server is another one now')
    return this.#attempt()
  }

  async #restart(why: string): Promise<void> {
    if (++this.#restarts > MAX_RESTARTS) {
      throw new KairosError(
        'input/changed',
        `${this.#name}: one version of the file expected, another one found each time.`,
        {
          hint: 'Wait until nobody writes to it any more, then try again.',
        },
      )
    }
    this.#tell('restarting', `Starting ${this.#name} again: ${why}`)
    this.#version = {}
    this.#joined = false
    await this.#write(() => this.#file.restart())
  }

  /** @returns false when it was wrong in a way that a download in one piece may set right */
  async #isRight(): Promise<boolean> {
    const problem = contentProblem(this.#request, this.#name, this.#file)
    if (!problem) return true
    const joined = this.#joined
    await this.#write(() => this.#file.restart())
    if (!joined) throw problem
    await this.#restart('the parts do not fit together')
    return false
  }

  #tell(phase: TransferPhase, message: string, done?: number, total?: number): void {
    const { onProgress } = this.#options
    if (!onProgress) return
    const amount = done === undefined ? {} : { done, unit: 'bytes' as const, ...(total !== undefined && { total }) }
    onProgress({ phase, message, subject: this.#name, ...amount })
  }
}
