export { type Network, type NetworkEvents, type NetworkOptions, openNetwork } from './network/index.js'
export {
  type PairingOptions,
  type PairingPayload,
  type PairingPhase,
  type PairingProgress,
  type ReceivedPayload,
  receive,
  type SendResult,
  send,
} from './pairing/index.js'
