export {
  CLOUD_CONFIG_MAX_BYTES,
  type CloudConfigCheck,
  checkCloudConfig,
  type InstallOptions,
  setInstallOptions,
} from './cloud-config/index.js'
export {
  type ErrorCode,
  ErrorCodes,
  KairosError,
  type KairosErrorOptions,
  throwIfAborted,
  translateError,
} from './errors/index.js'
export {
  checkProxyEnvironment,
  describeLocation,
  isHttpUrl,
  type ReadOptions,
  readBytes,
  readText,
  redactUrl,
  urlAuthorization,
} from './input/index.js'
export type { OperationOptions, ProgressEvent } from './progress.js'
export { nearest } from './text/nearest.js'
export {
  DEFAULT_ROTATION_INTERVAL,
  decodeToken,
  dhtPeriodAt,
  dhtRendezvousAt,
  encodeToken,
  encodeTokenYaml,
  type GenerateTokenOptions,
  generateToken,
  NEVER_ROTATE,
  type OtpSettings,
  type Period,
  type RoomKeys,
  type RotatingKeys,
  roomKeysOfPeriod,
  roomPeriodAt,
  rotatingKeysAt,
  seal,
  Token,
  type TokenFields,
  unseal,
} from './token/index.js'
