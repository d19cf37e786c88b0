export { type ErrorCode, ErrorCodes } from './codes.js'
export { KairosError, type KairosErrorOptions } from './kairos-error.js'
export { throwIfAborted, translateError } from './translate.js'
