import { KairosError } from '@kairos-sdk/core'

/**
 * Writes what EdgeVPN publishes: JSON with the sealed message in lower-case hex.
 *
 *     {"Message": hex, "SenderID": "", "Annotations": null}
 */
export function encodeEnvelope(sealed: Uint8Array): Uint8Array {
  return Buffer.from(`{"Message":"${Buffer.from(sealed).toString('hex')}","SenderID":"","Annotations":null}`)
}

/** Size of the envelope around a sealed message of so many bytes. */
export function envelopeSize(sealedBytes: number): number {
  return encodeEnvelope(new Uint8Array()).length + 2 * sealedBytes
}

/**
 * Reads what {@link encodeEnvelope} or EdgeVPN wrote and gives the sealed message. Other fields are ignored: nothing vouches for them.
 *
 * @throws KairosError `ledger/invalid-block`
 */
export function decodeEnvelope(data: Uint8Array): Uint8Array {
  let envelope: unknown
  try {
    envelope = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(data))
  } catch (cause) {
    throw invalid('JSON', cause)
  }
  const message =
    typeof envelope === 'object' && envelope !== null && 'Message' in envelope ? envelope.Message : undefined
  if (typeof message !== 'string' || message.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(message)) {
    throw invalid('a Message in hex')
  }
  return Buffer.from(message, 'hex')
}

function invalid(expected: string, cause?: unknown): KairosError {
  return new KairosError('ledger/invalid-block', `A message does not have EdgeVPN's form: ${expected} expected.`, {
    cause,
  })
}
