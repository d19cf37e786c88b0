export { type EngineAddress, type EngineEnvironment, engineAddresses } from './engine-address.js'
export { type OpenEngineImageOptions, openEngineImage } from './open-engine-image.js'
