export { type IsoServer, type IsoServerInit, type Offer, startIsoServer } from './iso-server.js'
