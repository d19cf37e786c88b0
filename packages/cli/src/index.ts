export { kairosctl } from './kairosctl/main.js'
export { cliReference } from './reference.js'
export { ExitCodes } from './runtime/exit-codes.js'
export { type Io, processIo } from './runtime/io.js'
