import { KairosError } from '@kairos-sdk/core'

export const BLOCK_SIZE = 512

/** An error about the bytes of an archive, with the offset of what is wrong in the decompressed archive. */
export function damaged(name: string, offset: number, message: string): KairosError {
  return new KairosError('tar/damaged', `${name}: ${message} at offset ${offset}.`, {
    hint: 'Fetch or make it again: it is cut off or damaged.',
  })
}
