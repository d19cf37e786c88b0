import { createHash } from 'node:crypto'
import { KairosError } from '../errors/index.js'
import { oneTimePassword, otpCounter } from './one-time-password.js'
import type { OtpSettings, Token } from './token.js'

/** The names and the key that a token stands for during one period. All of them are secret. */
export interface RotatingKeys {
  /** Gossipsub topic of the room. */
  readonly roomTopic: string
  /** Gossipsub topic of the optional public hub. */
  readonly publicTopic: string
  /** The string under which peers meet in the DHT. */
  readonly dhtRendezvous: string
  /** AES-256 key for `seal` and `unseal`: its 32 ASCII characters are the key's bytes. */
  readonly sealKey: string
}

/** The room's part of the keys, which follows the token's `crypto` settings. */
export type RoomKeys = Pick<RotatingKeys, 'roomTopic' | 'publicTopic' | 'sealKey'>

/**
 * The keys that are valid at a time.
 *
 * @param unixSeconds - seconds since 1970; fractions are cut off
 * @throws KairosError `argument/invalid` for a time that is not a number from 0 to 2^53
 */
export function rotatingKeysAt(token: Token, unixSeconds: number): RotatingKeys {
  checkTime(unixSeconds)
  return {
    ...roomKeysOfPeriod(token, otpCounter(token.crypto, unixSeconds)),
    dhtRendezvous: dhtRendezvousAt(token, unixSeconds),
  }
}

/** The room's keys during the period with this number (see {@link roomPeriodAt}). */
export function roomKeysOfPeriod(token: Token, period: bigint): RoomKeys {
  const room = oneTimePassword({ ...token.crypto, key: token.room }, period)
  return {
    roomTopic: md5Hex(room),
    publicTopic: md5Hex(`${room}public`),
    sealKey: md5Hex(oneTimePassword(token.crypto, period)),
  }
}

/** The DHT rendezvous at a time: rotated where the token has a `dht` key, else its plain `rendezvous`. */
export function dhtRendezvousAt(token: Token, unixSeconds: number): string {
  checkTime(unixSeconds)
  return token.dht ? md5Hex(oneTimePassword(token.dht, otpCounter(token.dht, unixSeconds))) : token.rendezvous
}

/** A stretch of time during which keys stay the same. */
export interface Period {
  /** Counts up from 1970. */
  readonly number: bigint
  /** Unix time of the first second that belongs to the next period; undefined when that is not in this millennium. */
  readonly endsAt: number | undefined
}

/** The period of the room topic and the seal key at a time, with the time of their next rotation. */
export function roomPeriodAt(token: Token, unixSeconds: number): Period {
  return periodAt(token.crypto, unixSeconds)
}

/** The period of the DHT rendezvous at a time; undefined where the token has none that rotates. */
export function dhtPeriodAt(token: Token, unixSeconds: number): Period | undefined {
  return token.dht && periodAt(token.dht, unixSeconds)
}

/** Beyond this no timer reaches and no node lives: 3000-01-01. */
const LAST_ROTATION = 32_503_680_000n

function periodAt(settings: OtpSettings, unixSeconds: number): Period {
  checkTime(unixSeconds)
  const number = otpCounter(settings, unixSeconds)
  const endsAt = (number + 1n) * settings.interval
  return { number, endsAt: endsAt > LAST_ROTATION ? undefined : Number(endsAt) }
}

function checkTime(unixSeconds: number): void {
  if (unixSeconds >= 0 && unixSeconds <= Number.MAX_SAFE_INTEGER) return
  throw new KairosError('argument/invalid', `A time in seconds since 1970 is expected, ${unixSeconds} found.`)
}

function md5Hex(text: string): string {
  return createHash('md5').update(text).digest('hex')
}
