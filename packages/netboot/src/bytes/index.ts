export { type ByteSource, checkRange, type OpenSource, type ReadOptions, readFully } from './byte-source.js'
export { type CacheOptions, cachedSource } from './cached-source.js'
export { concatSource } from './concat-source.js'
export { type FileSource, fileSource, isFileSource } from './file-source.js'
export { hashSource } from './hash-source.js'
export { type HeldFileSource, heldFileSource } from './held-file-source.js'
export type { HttpBody } from './http-body.js'
export {
  createHttpClient,
  defaultHttpClient,
  type HostTls,
  type HttpClient,
  type HttpClientOptions,
  type HttpRequest,
  type HttpResponse,
} from './http-client.js'
export { type HttpSourceOptions, httpSource } from './http-source.js'
export { memorySource } from './memory-source.js'
export { type OverlaySource, overlaySource, type PatchedExtent } from './overlay-source.js'
export { ByteReader, type ByteReaderOptions } from './reader.js'
export { sliceSource } from './slice-source.js'
export { ByteWriter } from './writer.js'
export { zeroSource } from './zero-source.js'
