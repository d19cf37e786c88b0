export { findMachines } from './find-machines.js'
export { readPayload } from './read-payload.js'
export { sendToAll } from './send-to-all.js'
