import type { RunCommand } from './run-command.js'

/** A picture of what is on a display. It may show a token, so it is a secret. */
export interface Screenshot {
  /** The display, as the system calls it, or `all displays` where one picture shows them all. */
  readonly name: string
  /** A PNG file. */
  readonly picture: Uint8Array
}

/** What a way to take screenshots works with. */
export interface CaptureContext {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly run: RunCommand
  /** Imports the optional package node-screenshots. */
  readonly loadNodeScreenshots: () => Promise<NodeScreenshots>
  readonly signal: AbortSignal | undefined
}

/** One way to take screenshots, tried in turn. */
export interface CaptureWay {
  /** The program or package, for messages. */
  readonly name: string
  /** Throws, or returns nothing, where this way does not work here. */
  readonly capture: (context: CaptureContext) => Promise<Screenshot[]>
}

/** The part of the package node-screenshots that is used. */
export interface NodeScreenshots {
  readonly Monitor: { readonly all: () => readonly NodeScreenshotsMonitor[] }
}

export interface NodeScreenshotsMonitor {
  readonly name: () => string
  readonly captureImage: () => Promise<{ readonly toPng: () => Promise<Uint8Array> }>
}
