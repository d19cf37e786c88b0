// By its own subpath: the whole of core would load the YAML parser for every --help.
export { nearest } from '@kairos-sdk/core/text'
