import { stripVTControlCharacters } from 'node:util'
import { encodeToken, type Token } from '@kairos-sdk/core'
import type { CommandContext } from '../runtime/command.js'
import type { Output } from '../runtime/io.js'
import { openSecretFile } from '../runtime/secret-file.js'
import type { Sdk } from './sdk.js'

const ADVICE = `Register this machine with a picture of the code, or with the text below it:
  kairosctl register <picture or text> --config config.yaml
`

/** Shows a token to the person in front of the machine, as a code and as text, or to a program as an event. */
export async function showToken(token: Token, { sdk, io, reporter }: CommandContext<Sdk>): Promise<void> {
  const text = encodeToken(token)
  reporter.event('token', { token: text, fingerprint: token.fingerprint })
  if (reporter.json) return
  const code = await drawCode(text, io.stderr, { sdk, io })
  reporter.show(`${code}\n${text}\n\n${ADVICE}\n`)
  const advice = adviceOnSize(code, io.stderr)
  if (advice) reporter.warn(advice)
}

/**
 * Draws a token's QR code for a terminal.
 *
 * @param output - where it will be shown
 */
export async function drawCode(
  text: string,
  output: Output,
  { sdk, io }: Pick<CommandContext<Sdk>, 'sdk' | 'io'>,
): Promise<string> {
  const { chooseTerminalQrStyle, renderQrCode } = await sdk.qr()
  return renderQrCode(text, { style: chooseTerminalQrStyle({ isTty: output.isTTY === true, env: io.env }) })
}

/** What to do about a code that does not fit the terminal: cut off, or broken into lines, no camera can read it. */
export function adviceOnSize(code: string, { isTTY, columns = 0, rows = 0 }: Output): string | undefined {
  const lines = code.trimEnd().split('\n')
  const width = stripVTControlCharacters(lines[0] ?? '').length
  if (!isTTY || (width <= columns && lines.length < rows)) return undefined
  return `The code needs ${width} columns and ${lines.length} lines, the terminal has ${columns} and ${rows}: make it larger or its font smaller.`
}

/**
 * Writes a token's QR code as a picture that only the owner can read.
 *
 * @throws KairosError those of `openSecretFile`
 */
export async function writeQrPng(token: Token, path: string, { sdk }: Pick<CommandContext<Sdk>, 'sdk'>): Promise<void> {
  await using file = await openSecretFile(path)
  const { renderQrPng } = await sdk.qr()
  await file.commit(await renderQrPng(encodeToken(token)))
}
