export type { IsoServer, IsoServerInit, Offer } from './iso-server.js'
