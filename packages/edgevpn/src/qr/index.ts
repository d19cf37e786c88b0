export { type DecodeEffort, type DecodeQrCodesOptions, decodeQrCodes } from './decode-qr-codes.js'
export {
  type ReadTokensOptions,
  readTokenFromPicture,
  readTokensFromPicture,
  type TokenInPicture,
  type TokensInPicture,
} from './read-tokens.js'
export { type RenderQrPngOptions, renderQrPng } from './render-png.js'
export {
  chooseTerminalQrStyle,
  type RenderQrCodeOptions,
  renderQrCode,
  type TerminalQrStyle,
  type TerminalTraits,
} from './render-terminal.js'
export type { RunCommand, RunCommandOptions } from './screenshots/run-command.js'
export type { NodeScreenshots, NodeScreenshotsMonitor, Screenshot } from './screenshots/screenshot.js'
export { type ScreenshotInit, type TakeScreenshotsOptions, takeScreenshots } from './screenshots/take-screenshots.js'
export { type Frame, type TokensOnScreen, type WaitForTokenOptions, waitForToken } from './wait-for-token.js'
