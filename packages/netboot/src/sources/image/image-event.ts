import type { OperationOptions, ProgressEvent } from '@kairos-sdk/core'

/**
 * What opening an image does: finds it, fetches its layers, has an engine write it out, or decompresses an archive. `offline`
 * tells once that the registry cannot be reached, and that what its tag led to last is taken: a person should know.
 */
export type ImagePhase = 'resolve' | 'offline' | 'download' | 'export' | 'decompress'

/** A step of opening an image. `subject` is the digest of a layer; without it, the event is about the whole image. */
export type ImageEvent = ProgressEvent<ImagePhase>

export type ImageOperationOptions = OperationOptions<ImageEvent>
