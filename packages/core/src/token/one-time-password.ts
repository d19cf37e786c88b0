import { generateSync } from '@otplib/hotp'
import { createGuardrails, NobleCryptoPlugin } from 'otplib'
import type { OtpSettings } from './token.js'

const crypto = new NobleCryptoPlugin()
const guardrails = createGuardrails({ MIN_SECRET_BYTES: 1, MAX_SECRET_BYTES: 4_096 })

/**
 * EdgeVPN's time-based one-time password: HMAC-SHA256 over the number of the period as in RFC 6238 section 4.2, but
 * instead of six digits the first characters of the whole digest's base64.
 *
 * @param counter - the number of the period, {@link otpCounter}
 */
export function oneTimePassword(settings: OtpSettings, counter: bigint): string {
  let digest: Uint8Array = new Uint8Array()
  return generateSync({
    secret: new TextEncoder().encode(settings.key),
    counter,
    algorithm: 'sha256',
    digits: settings.length,
    crypto,
    guardrails,
    hooks: {
      // RFC 4226 section 5.3 would cut four bytes out of the digest; EdgeVPN keeps all of it.
      truncateDigest: (hmac) => {
        digest = hmac
        return 0
      },
      encodeToken: (_truncated, length) => Buffer.from(digest).toString('base64').slice(0, length),
    },
  })
}

/** The number of the period that a time lies in. @param unixSeconds - whole seconds since 1970, 0 or more */
export function otpCounter(settings: OtpSettings, unixSeconds: number): bigint {
  return BigInt(Math.floor(unixSeconds)) / settings.interval
}
