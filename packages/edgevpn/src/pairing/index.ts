export type {
  PairingOptions,
  PairingPayload,
  PairingPhase,
  PairingProgress,
  ReceivedPayload,
  SendResult,
} from './options.js'
export { receive } from './receive.js'
export { send } from './send.js'
