import type { NetbootEndpoints } from '../servers/boot/index.js'

/** A file that a run left behind, or found as it should be. */
export interface ResultFile {
  readonly path: string
  readonly size: number
  /** 64 hexadecimal digits, of images. */
  readonly sha256: string | undefined
  /** The cloud config is in it: only its owner can read it. */
  readonly secret: boolean
}

/** A file that the server of the ISO files offers. */
export interface OfferedFile {
  /** `/kairos.iso`, `/machines/node%201.iso`: escaped, to be put behind an address. */
  readonly path: string
  readonly size: number | undefined
}

/** Where the server of the ISO files answers. */
export interface IsoServerEndpoints {
  readonly port: number
  /** `http://192.168.68.2:8080`, one for each address of this machine that it answers at; the best to tell people first. */
  readonly urls: readonly string[]
}

/** What a run made and serves. */
export interface ProvisionResults {
  /** What system it is: `kairos-ubuntu-24.04-core-amd64-generic-v3.7.2`, or the name of the image. */
  readonly system: string
  /** In the order of the manual: config.yaml, the ISO, the custom ISO, checksums, images of single machines. */
  readonly files: readonly ResultFile[]
  /** Undefined when it is disabled. */
  readonly isoServer: (IsoServerEndpoints & { readonly files: readonly OfferedFile[] }) | undefined
  /** Undefined when it is disabled. */
  readonly netboot: NetbootEndpoints | undefined
  /** Of the plan and of all steps, each once. */
  readonly warnings: readonly string[]
}
