export type { Clock } from '../clock.js'
export type { Endpoint } from '../datagram-socket.js'
export type { Unsubscribe } from '../event-stream.js'
export type { Logger } from '../logger.js'
export type { Validators } from './conditions.js'
export type { HttpEvent, HttpEventSubject, HttpRefusalReason } from './http-events.js'
export { createHttpServer, type HttpServer, type HttpServerInit, type HttpTransfer } from './http-server.js'
export type {
  HttpAnswer,
  HttpHandler,
  HttpQuestion,
  PublishOptions,
  RegisterOptions,
  Registration,
} from './registry.js'
