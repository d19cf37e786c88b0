import { KairosError } from '@kairos-sdk/core'
import { parseRequestTarget } from './request-path.js'

/** What is no part of a path, or not of one as it stands in a URL. */
const NOT_IN_A_PATH = /[?#\\\s]/
const NOT_IN_A_NAME = /(^|\/)\.{1,2}(\/|$)|\p{Cc}/u

/**
 * Reads a path as it stands in a URL: `/machines/a%20b.iso`.
 *
 * @returns the path as it is looked up, decoded
 * @throws KairosError `argument/invalid` for one that no client would ask for: `.` and `..` are taken out on the way
 */
export function parsePublicPath(path: string): string {
  const target = path.startsWith('/') && !NOT_IN_A_PATH.test(path) ? parseRequestTarget(path) : undefined
  if (target && !NOT_IN_A_NAME.test(target.path)) return target.path
  throw new KairosError(
    'argument/invalid',
    `A path of a URL expected, such as /machines/a%20b.iso, ${JSON.stringify(path)} found.`,
  )
}
