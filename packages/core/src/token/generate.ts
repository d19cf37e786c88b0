import { randomInt } from 'node:crypto'
import { KairosError } from '../errors/index.js'
import { NEVER_ROTATE, Token } from './token.js'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const SECRET_LENGTH = 43
const DEFAULT_MAX_MESSAGE_SIZE = 20 * 2 ** 20

/** What EdgeVPN itself uses for a network that is meant to stay. */
export const DEFAULT_ROTATION_INTERVAL = 9_000n

export interface GenerateTokenOptions {
  /** Seconds after which the keys rotate, up to {@link NEVER_ROTATE}. Default 9,000. */
  readonly interval?: bigint
  /** Largest message in bytes. Default 20,971,520 (20 MiB). */
  readonly maxMessageSize?: number
}

/**
 * Makes a token for a new network, with secrets from the system's random generator.
 *
 * @throws KairosError `argument/invalid` for an interval below 1 or above int64
 */
export function generateToken(options: GenerateTokenOptions = {}): Token {
  const interval = options.interval ?? DEFAULT_ROTATION_INTERVAL
  if (interval < 1n || interval > NEVER_ROTATE) {
    throw new KairosError('argument/invalid', `Interval: 1 to ${NEVER_ROTATE} seconds expected, ${interval} found.`, {
      hint: `Use ${NEVER_ROTATE} for keys that never rotate.`,
    })
  }
  return new Token({
    dht: { interval, key: randomText(), length: SECRET_LENGTH },
    crypto: { interval, key: randomText(), length: SECRET_LENGTH },
    room: randomText(),
    rendezvous: randomText(),
    mdns: randomText(),
    maxMessageSize: options.maxMessageSize ?? DEFAULT_MAX_MESSAGE_SIZE,
  })
}

function randomText(): string {
  return Array.from({ length: SECRET_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')
}
