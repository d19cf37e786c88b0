import { checkCloudConfig, KairosError, setInstallOptions } from '@kairos-sdk/core'
import type { PairingPayload } from './options.js'

/** Bucket and key under which the sender puts the payload, and the bucket of the confirmations. */
export const PAIRING_BUCKET = 'pairing'
export const PAYLOAD_KEY = 'data'
/** Bucket in which each side shows that it is there. */
export const PRESENCE_BUCKET = 'presence'
/** What a receiver confirms with, under its own peer id in the pairing bucket. */
export const ACKNOWLEDGEMENT = 'ok'

/** The payload on the wire: an object of strings. `reboot` and `poweroff` are flags: present or not. */
export type WirePayload = Readonly<Record<string, string>>

/**
 * What is sent for a payload. Nodes since 2023 read nothing but the config, so `device`, `reboot` and `poweroff` are
 * merged into it; older nodes get them beside it.
 *
 * @throws KairosError as `checkCloudConfig` and `setInstallOptions`; `argument/invalid` for reboot with poweroff
 */
export function toWire(payload: PairingPayload): WirePayload {
  const { config, device, reboot, poweroff } = payload
  if (reboot && poweroff) {
    throw new KairosError('argument/invalid', 'A machine can restart or turn off after the installation, not both.', {
      hint: 'Choose one of reboot and poweroff.',
    })
  }
  checkCloudConfig(config)
  const merged = setInstallOptions(config, {
    device,
    reboot: reboot || undefined,
    poweroff: poweroff || undefined,
  })
  return {
    device: device ?? '',
    cc: merged,
    ...(reboot && { reboot: '' }),
    ...(poweroff && { poweroff: '' }),
  }
}

/** What arrived, or undefined when it has not the form of a payload. */
export function fromWire(value: unknown): (PairingPayload & { reboot: boolean; poweroff: boolean }) | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  if (Object.values(value).some((entry) => typeof entry !== 'string')) return undefined
  const payload = value as WirePayload
  if (payload.cc === undefined) return undefined
  return {
    config: payload.cc,
    device: payload.device || undefined,
    reboot: payload.reboot !== undefined,
    poweroff: payload.poweroff !== undefined,
  }
}
