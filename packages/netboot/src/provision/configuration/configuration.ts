import type { ListenAddress } from './listen-address.js'

/** Files of a release, or a container image. */
export type SystemSource =
  | {
      readonly kind: 'release'
      /** With the part of Kubernetes; like `releaseVersion` where only that is given, and the other way round. */
      readonly artifactVersion: string | undefined
      readonly releaseVersion: string | undefined
      readonly flavor: string
      readonly flavorRelease: string | undefined
      readonly variant: string | undefined
      readonly model: string
      readonly repository: string
      /** The base of all URLs: `https://github.com`. */
      readonly releaseServer: string
    }
  | {
      readonly kind: 'image'
      /** As given: `quay.io/kairos/ubuntu:24.04`, `docker://…`, `dir:…`. */
      readonly image: string
      readonly allowInsecureRegistries: boolean
    }

/** What a provisioning run is to do: checked, complete and frozen. */
export interface Configuration {
  readonly source: SystemSource
  /** `amd64`, `arm64`, `arm/v7`: in Go's words. */
  readonly arch: string
  readonly stateDir: string
  readonly listenAddress: ListenAddress
  readonly disableHttpServer: boolean
  readonly disableIso: boolean
  readonly disableNetboot: boolean
  readonly netboot: {
    readonly httpPort: number
    readonly listenAddress: string | undefined
    /** In place of the default. */
    readonly cmdline: string | undefined
  }
  readonly iso: {
    readonly name: string | undefined
    readonly overrideName: string | undefined
    readonly includeDate: boolean
    readonly overlayIso: string | undefined
    readonly overlayRootfs: string | undefined
    readonly extendLiveCmdline: string | undefined
    readonly liveConsole: string | undefined
  }
  readonly noDefaultCloudConfig: boolean
  /** Path or URL of a table of machines. */
  readonly machines: string | undefined
}
