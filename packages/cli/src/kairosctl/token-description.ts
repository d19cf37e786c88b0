import { dhtPeriodAt, encodeToken, type Period, roomPeriodAt, type Token } from '@kairos-sdk/core'
import { formatElapsed } from '../runtime/duration.js'

/**
 * What a program may want to know of a token. Intervals are decimal text: an int64 is more than a JSON number holds.
 *
 * @param reveal - with its secrets
 */
export function tokenData(token: Token, unixSeconds: number, reveal: boolean) {
  const otp = (settings: Token['crypto'], period: Period | undefined) => ({
    interval: String(settings.interval),
    nextRotation: period?.endsAt ?? null,
    length: settings.length,
    ...(reveal && { key: settings.key }),
  })
  return {
    fingerprint: token.fingerprint,
    crypto: otp(token.crypto, roomPeriodAt(token, unixSeconds)),
    dht: token.dht ? otp(token.dht, dhtPeriodAt(token, unixSeconds)) : null,
    maxMessageSize: token.maxMessageSize,
    ...(reveal && {
      room: token.room,
      rendezvous: token.rendezvous,
      mdns: token.mdns,
      token: encodeToken(token),
    }),
  }
}

/** The same for people. */
export function tokenText(token: Token, unixSeconds: number, reveal: boolean): string {
  const rows: [string, string][] = [
    ['Fingerprint', token.fingerprint],
    ['Room, seal key', rotation(token.crypto.interval, roomPeriodAt(token, unixSeconds), unixSeconds)],
    [
      'DHT rendezvous',
      token.dht ? rotation(token.dht.interval, dhtPeriodAt(token, unixSeconds), unixSeconds) : 'does not rotate',
    ],
    ['Largest message', `${token.maxMessageSize.toLocaleString('en')} bytes`],
  ]
  if (reveal) {
    rows.push(['Room', token.room], ['Rendezvous', token.rendezvous], ['mDNS service', token.mdns])
    rows.push(['Seal secret', token.crypto.key])
    if (token.dht) rows.push(['DHT secret', token.dht.key])
    rows.push(['Token', encodeToken(token)])
  }
  const width = Math.max(...rows.map(([title]) => title.length))
  return `${rows.map(([title, value]) => `${title.padEnd(width)}  ${value}`).join('\n')}\n`
}

function rotation(interval: bigint, period: Period | undefined, unixSeconds: number): string {
  if (period?.endsAt === undefined) return 'never rotates'
  return `rotates every ${interval} s, next in ${formatElapsed((period.endsAt - unixSeconds) * 1_000)}`
}

/** Unix time at which the first of a token's keys rotates; undefined when none does in this millennium. */
export function nextRotationOf(token: Token, unixSeconds: number): number | undefined {
  const ends = [roomPeriodAt(token, unixSeconds).endsAt, dhtPeriodAt(token, unixSeconds)?.endsAt]
  const known = ends.filter((end) => end !== undefined)
  return known.length === 0 ? undefined : Math.min(...known)
}
