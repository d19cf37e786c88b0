import type { Token } from '@kairos-sdk/core'
import type { PairingOptions, PairingPayload, ReceivedPayload } from '@kairos-sdk/edgevpn/pairing'
import { readTokensFromPicture, renderQrCode, renderQrPng, type Screenshot } from '@kairos-sdk/edgevpn/qr'
import type { Sdk } from '../kairosctl/sdk.js'

export interface FakeSdk extends Sdk {
  /** What was sent, in order. */
  readonly sent: { readonly token: Token; readonly payload: PairingPayload; readonly options: PairingOptions }[]
  /** With what somebody waited for a config. */
  readonly waited: { readonly token: Token; readonly options: PairingOptions }[]
}

export interface FakeSdkInit {
  /** How sending to a machine ends. Default: it confirms. */
  readonly onSend?: (token: Token, options: PairingOptions) => Promise<void> | void
  /** What arrives. Default: a small config. */
  readonly onReceive?: (options: PairingOptions) => Promise<Partial<ReceivedPayload>> | Partial<ReceivedPayload>
  /** What is on the displays. Default: there is none. */
  readonly displays?: readonly Screenshot[]
}

export const CONFIG = '#cloud-config\nhostname: node\n'

/** An SDK without a network and without a screen; it reads and draws real QR codes. */
export function fakeSdk({ onSend, onReceive, displays = [] }: FakeSdkInit = {}): FakeSdk {
  const sent: FakeSdk['sent'] = []
  const waited: FakeSdk['waited'] = []
  return {
    sent,
    waited,
    pairing: async () => ({
      async send(token, payload, options) {
        sent.push({ token, payload, options })
        options.onProgress?.({ phase: 'listening', message: 'Waiting for a machine', elapsedMs: 1 })
        await onSend?.(token, options)
        return { peerId: `peer of ${token.fingerprint}`, elapsedMs: 12.3 }
      },
      async receive(token, options) {
        waited.push({ token, options })
        options.onProgress?.({ phase: 'listening', message: 'Waiting for a config', elapsedMs: 1 })
        const arrived = await onReceive?.(options)
        return { config: CONFIG, device: undefined, reboot: false, poweroff: false, elapsedMs: 12.3, ...arrived }
      },
    }),
    qr: async () => ({
      readTokensFromPicture,
      renderQrCode,
      renderQrPng,
      chooseTerminalQrStyle: () => 'half-blocks',
      takeScreenshots: async () => [...displays],
      async waitForToken() {
        const [first, ...others] = await Promise.all(displays.map(({ picture }) => readTokensFromPicture(picture)))
        if (!first) throw new Error('a display was expected')
        return {
          tokens: [...first.tokens, ...others.flatMap(({ tokens }) => tokens)],
          displays: displays.map(({ name }) => name),
        }
      },
    }),
  }
}
