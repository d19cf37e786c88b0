export { decodeToken, encodeToken, encodeTokenYaml } from './codec.js'
export { DEFAULT_ROTATION_INTERVAL, type GenerateTokenOptions, generateToken } from './generate.js'
export {
  dhtPeriodAt,
  dhtRendezvousAt,
  type Period,
  type RoomKeys,
  type RotatingKeys,
  roomKeysOfPeriod,
  roomPeriodAt,
  rotatingKeysAt,
} from './rotating-keys.js'
export { seal, unseal } from './seal.js'
export { NEVER_ROTATE, type OtpSettings, Token, type TokenFields } from './token.js'
