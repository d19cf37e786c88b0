export { type DecompressOptions, decompress } from './decompress.js'
export { type Compression, detectCompression, MAGIC_SIZE } from './detect.js'
