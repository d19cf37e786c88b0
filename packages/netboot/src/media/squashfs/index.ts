export type { CompressionName } from './compression/compressor.js'
export type { SquashfsOptions, SquashfsProgress } from './write/options.js'
export { fileSink, type SquashfsSink } from './write/sink.js'
export { type SquashfsSummary, writeSquashfs } from './write/write-squashfs.js'
