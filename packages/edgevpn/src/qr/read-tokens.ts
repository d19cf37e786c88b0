import { KairosError } from '@kairos-sdk/core'
import { type DecodeQrCodesOptions, lookAtFrames } from './decode-qr-codes.js'
import { readPicture } from './read-picture.js'

export interface ReadTokensOptions extends DecodeQrCodesOptions {
  /** Whether a text is a token. Default: `decodeToken` of `@kairos-sdk/core/token` accepts it. */
  readonly isToken?: ((text: string) => boolean) | undefined
}

/** The distinct tokens in a picture, and how many distinct QR codes were read in all. */
export interface TokensInPicture {
  /** At least one. */
  readonly tokens: readonly [string, ...string[]]
  readonly codes: number
}

/**
 * Reads the EdgeVPN tokens in a picture (see `decodeQrCodes` for what a picture may be). Other QR codes are passed over.
 * There are several tokens where the windows of several virtual machines are in the picture.
 *
 * @throws KairosError `qr/not-a-picture`, `input/too-large`, `qr/no-code`, `qr/no-token` (says what the codes hold, as a
 *   kind and a length), `aborted`
 */
export async function readTokensFromPicture(
  picture: Uint8Array,
  options: ReadTokensOptions = {},
): Promise<TokensInPicture> {
  const isToken = options.isToken ?? (await loadTokenCheck())
  const name = options.name ?? 'the picture'
  const frames = await readPicture(picture, options)
  const { texts, ways } = await lookAtFrames(frames, options, (found) => found.some(isToken))
  const [first, ...others] = texts.filter(isToken).map((text) => text.trim())
  if (first !== undefined) return { tokens: [first, ...others], codes: texts.length }
  if (texts.length === 0) {
    throw new KairosError(
      'qr/no-code',
      `No QR code in ${name} (${frames[0].width} × ${frames[0].height} looked at in ${ways} ways).`,
      { hint: 'Make the whole code visible and larger, or pass the token itself: kairosctl register <token>' },
    )
  }
  const found = texts.map(describeText).join(', ')
  const message =
    texts.length === 1
      ? `The QR code in ${name} holds ${found}, not a pairing token.`
      : `None of the ${texts.length} QR codes in ${name} holds a pairing token, but ${found}.`
  throw new KairosError('qr/no-token', message, {
    hint: 'Show the QR code of the machine that waits for its registration, or pass the token itself: kairosctl register <token>',
  })
}

/** One token in a picture. */
export interface TokenInPicture {
  readonly token: string
  readonly codes: number
}

/**
 * Reads the one EdgeVPN token in a picture. Where there are several different ones it cannot know which is meant.
 *
 * @throws KairosError those of {@link readTokensFromPicture}, and `argument/invalid` for several tokens
 */
export async function readTokenFromPicture(
  picture: Uint8Array,
  options: ReadTokensOptions = {},
): Promise<TokenInPicture> {
  const { tokens, codes } = await readTokensFromPicture(picture, options)
  if (tokens.length > 1) {
    throw new KairosError(
      'argument/invalid',
      `There are ${tokens.length} different tokens in ${options.name ?? 'the picture'}; one was expected.`,
      { hint: 'Cut the picture so that only the QR code of one machine is in it.' },
    )
  }
  return { token: tokens[0], codes }
}

/** The codec brings a YAML parser with it, which nobody needs before there is a text to check. */
async function loadTokenCheck(): Promise<(text: string) => boolean> {
  const { decodeToken } = await import('@kairos-sdk/core/token')
  return (text) => {
    try {
      decodeToken(text)
      return true
    } catch (error) {
      if (KairosError.is(error)) return false
      throw error
    }
  }
}

/** What a text looks like, without telling any of it: it may be a secret of another kind. */
function describeText(text: string): string {
  const length = `${text.length} characters`
  if (/^https?:\/\//i.test(text)) return `a URL (${length})`
  if (/^wifi:/i.test(text)) return `the access to a Wi-Fi network (${length})`
  if (/^otpauth:/i.test(text)) return `a key for one-time passwords (${length})`
  if (/^(begin:vcard|mecard:)/i.test(text)) return `a contact (${length})`
  if (/^[A-Za-z0-9+/\s]{16,}={0,2}\s*$/.test(text)) return `base64 that is not a token (${length})`
  return /^[\x20-\x7e\s]+$/.test(text) ? `text (${length})` : `data (${length})`
}
