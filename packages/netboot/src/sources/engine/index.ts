export { type EngineAddress, engineAddresses } from './engine-address.js'
export { type OpenEngineImageOptions, openEngineImage } from './open-engine-image.js'
