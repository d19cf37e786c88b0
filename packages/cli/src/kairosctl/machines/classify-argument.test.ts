import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeToken, generateToken, KairosError } from '@kairos-sdk/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { classifyArgument } from './classify-argument.js'

const text = encodeToken(generateToken())
let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'classify-'))
})
afterAll(() => rm(directory, { recursive: true }))

async function errorOf(argument: string): Promise<KairosError> {
  const error: unknown = await classifyArgument(argument).catch((reason: unknown) => reason)
  if (KairosError.is(error)) return error
  throw new Error(`a KairosError was expected, found ${JSON.stringify(error)}`)
}

describe('classifyArgument', () => {
  it('knows a token, also one that a terminal broke into lines', async () => {
    expect(await classifyArgument(text)).toMatchObject({ kind: 'token' })
    expect(await classifyArgument(` ${text.replace(/.{80}/g, '$&\n')}\n`)).toMatchObject({ kind: 'token' })
  })

  it('takes what exists for a picture, whatever it is called', async () => {
    for (const name of ['screen', 'a.png', 'b3RwOgog', 'A'.repeat(100)]) {
      const path = join(directory, name)
      await writeFile(path, '')
      expect(await classifyArgument(path)).toEqual({ kind: 'picture', location: path })
    }
  })

  it('takes a URL for a picture', async () => {
    const location = 'https://example.com/screen'
    expect(await classifyArgument(location)).toEqual({ kind: 'picture', location })
  })

  it('refuses a URL of another kind without repeating the login in it', async () => {
    const error = await errorOf('ftp://admin:hunter2@example.com/screen.png')
    expect([error.code, error.message]).toEqual(['argument/invalid', 'A URL that begins with ftp:// cannot be read.'])
  })

  it('refuses a directory', async () => {
    await mkdir(join(directory, 'd'))
    expect((await errorOf(join(directory, 'd'))).code).toBe('input/is-a-directory')
  })

  it.each(['nope.png', 'nope.ppm.gz', './nope', '../a/b', '/nope', 'C:\\nope', `/${'d'.repeat(70)}`, 'b3Rw.png'])(
    'takes %s for a file that is not there',
    async (argument) => {
      const error = await errorOf(argument)
      expect(error.code).toBe('input/not-found')
      expect(error.message).toContain(argument)
    },
  )

  it('takes a damaged token for one, and never repeats it', async () => {
    const damaged = [
      text.slice(0, 300),
      text.slice(8),
      `${text.slice(0, 20)}!${text.slice(20)}`,
      'A'.repeat(61),
      'b3RwOgog',
    ]
    for (const argument of damaged) {
      const error = await errorOf(argument)
      expect(error.code).toMatch(/^token\//)
      expect(`${error.message}${error.hint}`).not.toContain(argument.slice(0, 8))
    }
  })

  it('says of anything else that it is neither', async () => {
    expect(await errorOf('node1')).toMatchObject({
      code: 'argument/invalid',
      message: '"node1" is neither a token nor a file.',
    })
    expect(await errorOf('')).toMatchObject({
      message: 'An empty argument is neither a token nor a file.',
      hint: 'A variable of the shell that is not set gives an empty one.',
    })
    expect((await errorOf('-')).message).toBe('Standard input, which is not read here, is neither a token nor a file.')
    expect((await errorOf('x, '.repeat(5_000))).message).toBe(
      'An argument of 15,000 characters is neither a token nor a file.',
    )
  })
})
