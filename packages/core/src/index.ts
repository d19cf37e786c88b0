export {
  type ErrorCode,
  ErrorCodes,
  KairosError,
  type KairosErrorOptions,
  throwIfAborted,
  translateError,
} from './errors/index.js'
export type { OperationOptions, ProgressEvent } from './progress.js'
