export { type BuildIsoOptions, type BuiltIso, buildIso } from './build-iso.js'
export { type UnpackFormat, type UnpackOptions, type UnpackSummary, unpackFormatOf, unpackRoot } from './unpack-root.js'
