export { type DecodeEffort, type DecodeQrCodesOptions, decodeQrCodes } from './decode-qr-codes.js'
