export { receiveConfig } from './receive-config.js'
