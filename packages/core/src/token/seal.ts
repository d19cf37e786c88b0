import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { KairosError } from '../errors/index.js'

const NONCE_SIZE = 12
const TAG_SIZE = 16

/**
 * Seals a message for everybody who holds the token: AES-256-GCM (NIST SP 800-38D) without additional data.
 *
 *     Offset  Size  Field
 *     0       12    nonce, random
 *     12      n     ciphertext, as long as the message
 *     12 + n  16    authentication tag
 *
 * @param sealKey - 32 ASCII characters, from `rotatingKeysAt`
 */
export function seal(message: Uint8Array, sealKey: string): Uint8Array {
  const nonce = randomBytes(NONCE_SIZE)
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(sealKey, 'latin1'), nonce)
  return Buffer.concat([nonce, cipher.update(message), cipher.final(), cipher.getAuthTag()])
}

/**
 * Opens a message that {@link seal} or EdgeVPN made.
 *
 * @throws KairosError `seal/not-ours` when it is too short, was made with another key or has been changed
 */
export function unseal(sealed: Uint8Array, sealKey: string): Uint8Array {
  if (sealed.length < NONCE_SIZE + TAG_SIZE) {
    throw new KairosError(
      'seal/not-ours',
      `A sealed message has at least ${NONCE_SIZE + TAG_SIZE} bytes, this one has ${sealed.length}.`,
    )
  }
  const decipher = createDecipheriv('aes-256-gcm', Buffer.from(sealKey, 'latin1'), sealed.subarray(0, NONCE_SIZE), {
    authTagLength: TAG_SIZE,
  })
  decipher.setAuthTag(sealed.subarray(-TAG_SIZE))
  try {
    return Buffer.concat([decipher.update(sealed.subarray(NONCE_SIZE, -TAG_SIZE)), decipher.final()])
  } catch (cause) {
    throw new KairosError(
      'seal/not-ours',
      'A sealed message does not fit this key: another key, or changed on its way.',
      {
        cause,
      },
    )
  }
}
