import type { OperationOptions, ProgressEvent } from '@kairos-sdk/core'

/** What opening an image does: finds it, fetches its layers, has an engine write it out, or decompresses an archive. */
export type ImagePhase = 'resolve' | 'download' | 'export' | 'decompress'

/** A step of opening an image. `subject` is the digest of a layer; without it, the event is about the whole image. */
export type ImageEvent = ProgressEvent<ImagePhase>

export type ImageOperationOptions = OperationOptions<ImageEvent>
