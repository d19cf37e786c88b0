import { createHash } from 'node:crypto'
import { inspect } from 'node:util'

/** How a key is turned into one-time passwords: RFC 6238 with SHA-256 and a base64 rendering of the whole digest. */
export interface OtpSettings {
  /** Seconds after which the password changes, an int64. 9223372036854775807 stands for "never". */
  readonly interval: bigint
  /** Secret; used as the raw bytes of its text, never base32-decoded. */
  readonly key: string
  /** Characters of the base64 digest that are used, 1 to 44. */
  readonly length: number
}

/** What an EdgeVPN token says. */
export interface TokenFields {
  /** The password by which peers find each other in the DHT. Absent: the plain `rendezvous` is used. */
  readonly dht?: OtpSettings | undefined
  /** The password that names the room and seals its messages. */
  readonly crypto: OtpSettings
  /** Secret that the room's topic is derived from. */
  readonly room: string
  /** Secret string to meet under in the DHT where there is no `dht` key. */
  readonly rendezvous: string
  /** Secret name of the mDNS service on the local network. */
  readonly mdns: string
  /** Largest message of the network in bytes, also after decompression. */
  readonly maxMessageSize: number
}

/** The int64 interval that pairing tokens use for "never rotate". */
export const NEVER_ROTATE = 9_223_372_036_854_775_807n

/**
 * An EdgeVPN token. Whoever holds it can join the network, so it prints without its secrets: as text, in JSON, in
 * `console.log` and in errors only a fingerprint appears. `encodeToken` gives the real thing.
 */
export class Token implements TokenFields {
  readonly dht: OtpSettings | undefined
  readonly crypto: OtpSettings
  readonly room: string
  readonly rendezvous: string
  readonly mdns: string
  readonly maxMessageSize: number

  /** Takes the fields as they are; `decodeToken` and `generateToken` make valid ones. */
  constructor(fields: TokenFields) {
    this.dht = fields.dht && Object.freeze({ ...fields.dht })
    this.crypto = Object.freeze({ ...fields.crypto })
    this.room = fields.room
    this.rendezvous = fields.rendezvous
    this.mdns = fields.mdns
    this.maxMessageSize = fields.maxMessageSize
    Object.freeze(this)
  }

  /** Eight hex digits that tell tokens apart without giving anything away: the start of a SHA-256 over all fields. */
  get fingerprint(): string {
    const fields = [this.dht?.key, this.crypto.key, this.room, this.rendezvous, this.mdns]
    return createHash('sha256').update(JSON.stringify(fields)).digest('hex').slice(0, 8)
  }

  toString(): string {
    const rotation = this.crypto.interval === NEVER_ROTATE ? 'never' : `every ${this.crypto.interval} s`
    return `EdgeVPN token ${this.fingerprint} (keys rotate: ${rotation})`
  }

  toJSON(): { fingerprint: string } {
    return { fingerprint: this.fingerprint }
  }

  [inspect.custom](): string {
    return `<${this}>`
  }
}
