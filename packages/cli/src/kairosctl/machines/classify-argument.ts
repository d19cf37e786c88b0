import type { Stats } from 'node:fs'
import { stat } from 'node:fs/promises'
import { decodeToken, isHttpUrl, KairosError, type Token, translateError } from '@kairos-sdk/core'

export type ClassifiedArgument =
  | { readonly kind: 'token'; readonly token: Token }
  | { readonly kind: 'picture'; readonly location: string }

const PICTURE_NAME = /\.(png|jpe?g|bmp|gif|tiff?|webp|p[bgpn]m|avif|heic)(\.gz)?$/i
/** Base64 of `otp`, the first word of every token that EdgeVPN or this toolkit makes. */
const TOKEN_START = /^b3Rw/
const OTHER_URL = /^[a-z][a-z0-9+.-]{0,19}:\/\//i
const LONG_BASE64 = /^[A-Za-z0-9+/=\s]{61,}$/
/** A longer word is not repeated in a message: it may be a token with a slip in it. */
const LONGEST_SHOWN = 60

/**
 * Tells a token from the name of a picture. What decodes as a token is one; else what exists is a picture; else the
 * error says which of the two was probably meant.
 *
 * @throws KairosError `token/*`, `input/not-found`, `input/is-a-directory`, `input/not-permitted`, `argument/invalid`
 */
export async function classifyArgument(argument: string): Promise<ClassifiedArgument> {
  const decoded = tryDecode(argument)
  if (!KairosError.is(decoded)) return { kind: 'token', token: decoded }
  if (isHttpUrl(argument) || argument.startsWith('file://')) return { kind: 'picture', location: argument }
  const stats = await statIfThere(argument)
  if (stats?.isDirectory()) {
    throw new KairosError('input/is-a-directory', `${argument} is a directory; a picture or a token was expected.`, {
      hint: 'Name a picture of the QR code in it.',
    })
  }
  if (stats) return { kind: 'picture', location: argument }
  const [scheme] = OTHER_URL.exec(argument) ?? []
  if (scheme !== undefined) {
    // Not repeated: a login may be in it.
    throw new KairosError('argument/invalid', `A URL that begins with ${scheme} cannot be read.`, {
      hint: 'Download the picture and name the file, or use a URL of http or https.',
    })
  }
  switch (guess(argument)) {
    case 'token':
      throw decoded
    case 'picture':
      throw new KairosError('input/not-found', `There is no file ${argument}.`, { hint: 'Check the path.' })
    default:
      throw new KairosError('argument/invalid', `${shown(argument)} is neither a token nor a file.`, {
        hint:
          argument === ''
            ? 'A variable of the shell that is not set gives an empty one.'
            : 'Pass the text under the QR code, or a picture of the code.',
      })
  }
}

function tryDecode(argument: string): Token | KairosError {
  try {
    return decodeToken(argument)
  } catch (error) {
    if (KairosError.is(error)) return error
    throw error
  }
}

async function statIfThere(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    // A token is longer than the name of a file can be.
    if (path === '' || code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG') return undefined
    throw translateError(error, `Cannot read ${path}`, 'input/unreadable')
  }
}

function guess(argument: string): 'token' | 'picture' | 'neither' {
  if (PICTURE_NAME.test(argument) || argument.includes('\\')) return 'picture'
  if (TOKEN_START.test(argument)) return 'token'
  // Base64 of text as a token holds it hardly ever has a slash in it.
  if (argument.includes('/')) return 'picture'
  return LONG_BASE64.test(argument) ? 'token' : 'neither'
}

function shown(argument: string): string {
  if (argument === '') return 'An empty argument'
  if (argument === '-') return 'Standard input, which is not read here,'
  return argument.length > LONGEST_SHOWN
    ? `An argument of ${argument.length.toLocaleString('en')} characters`
    : JSON.stringify(argument)
}
