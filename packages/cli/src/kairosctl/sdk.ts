import type { Token } from '@kairos-sdk/core'
import type { PairingOptions, PairingPayload, ReceivedPayload, SendResult } from '@kairos-sdk/edgevpn/pairing'

/** What the commands call to pair. */
export interface PairingSdk {
  send(token: Token, payload: PairingPayload, options: PairingOptions): Promise<SendResult>
  receive(token: Token, options: PairingOptions): Promise<ReceivedPayload>
}

/** What the commands call to see and to show QR codes. */
export type QrSdk = Pick<
  typeof import('@kairos-sdk/edgevpn/qr'),
  | 'chooseTerminalQrStyle'
  | 'readTokensFromPicture'
  | 'renderQrCode'
  | 'renderQrPng'
  | 'takeScreenshots'
  | 'waitForToken'
>

/** The parts of the SDK that take long to load; a command loads what it uses, when it uses it. */
export interface Sdk {
  pairing(): Promise<PairingSdk>
  qr(): Promise<QrSdk>
}

export const sdk: Sdk = {
  pairing: () => import('@kairos-sdk/edgevpn/pairing'),
  qr: () => import('@kairos-sdk/edgevpn/qr'),
}
