import { KairosError, translateError } from '@kairos-sdk/core'

/** The error of a TCP port that cannot be opened. */
export function openError(error: unknown, address: string, port: number): KairosError {
  const translated = translateError(error, `Cannot open TCP port ${port} of ${address}`, 'network/start-failed')
  if (translated.code !== 'input/not-permitted' || port >= 1024) return translated
  return new KairosError(translated.code, translated.message, {
    hint: 'Ports below 1024 need the right cap_net_bind_service. Run with sudo; auroraboot doctor says how to go without.',
    cause: error,
  })
}
