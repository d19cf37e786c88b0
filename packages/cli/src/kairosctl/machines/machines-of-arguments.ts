import { decodeToken, describeLocation, KairosError, readBytes, translateError } from '@kairos-sdk/core'
import type { CommandContext } from '../../runtime/command.js'
import type { Sdk } from '../sdk.js'
import { classifyArgument } from './classify-argument.js'
import type { Machine } from './machine.js'

/**
 * The machines that one argument stands for: one for a token, one for each code in a picture.
 *
 * @throws KairosError those of `classifyArgument`, `readBytes` and `readTokensFromPicture`
 */
export async function machinesOfArgument(
  argument: string,
  { sdk, signal }: Pick<CommandContext<Sdk>, 'sdk' | 'signal'>,
): Promise<Machine[]> {
  const classified = await classifyArgument(argument)
  if (classified.kind === 'token') {
    return [{ token: classified.token, name: `token ${classified.token.fingerprint}` }]
  }
  const { location } = classified
  const [picture, { readTokensFromPicture }] = await Promise.all([readBytes(location, { signal }), sdk.qr()])
  const name = describeLocation(location)
  const { tokens } = await readTokensFromPicture(picture, { name, signal })
  return machinesOfTokens(tokens, name)
}

/** @param place - where the tokens were seen */
export function machinesOfTokens(tokens: readonly string[], place: string): Machine[] {
  return tokens.map((text, index) => ({
    token: decodeToken(text),
    name: tokens.length === 1 ? place : `${place}, code ${index + 1}`,
  }))
}

/**
 * The machines that several arguments stand for. Looks at all of them before it complains: one of three pictures that
 * cannot be read should not come to light after the other two were mended.
 *
 * @throws KairosError with the code of the first argument that cannot be used
 */
export async function machinesOfArguments(
  args: readonly string[],
  context: Pick<CommandContext<Sdk>, 'sdk' | 'signal' | 'reporter'>,
): Promise<Machine[]> {
  const [only] = args
  if (args.length === 1 && only !== undefined) return machinesOfArgument(only, context)
  const failures: { number: number; error: KairosError }[] = []
  const machines: Machine[] = []
  for (const [index, argument] of args.entries()) {
    const number = index + 1
    try {
      machines.push(...(await machinesOfArgument(argument, context)))
    } catch (cause) {
      const error = translateError(cause, 'Cannot use it')
      if (error.code === 'aborted') throw error
      context.reporter.failure(`argument ${number}`, error, { argument: number })
      failures.push({ number, error })
    }
  }
  const [first] = failures
  if (!first) return machines
  throw new KairosError(
    first.error.code,
    `${failures.length} of ${args.length} arguments cannot be used (number ${failures.map(({ number }) => number).join(', ')}). Nothing was sent.`,
    { hint: first.error.hint, cause: first.error },
  )
}
