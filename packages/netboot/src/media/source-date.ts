import { KairosError } from '@kairos-sdk/core'

/**
 * The date that an image carries: the one given, else that of the environment variable `SOURCE_DATE_EPOCH` (seconds since
 * 1970, as reproducible-builds.org specifies it), else now.
 *
 * @throws KairosError `argument/invalid` for a `SOURCE_DATE_EPOCH` that is not a number
 */
export function imageDate(given: Date | undefined, environment: NodeJS.ProcessEnv = process.env): Date {
  if (given) return given
  const epoch = environment.SOURCE_DATE_EPOCH
  if (epoch === undefined || epoch === '') return new Date()
  const date = new Date(Number(epoch) * 1000)
  if (!/^\d+$/.test(epoch) || Number.isNaN(date.getTime())) {
    throw new KairosError(
      'argument/invalid',
      `SOURCE_DATE_EPOCH: seconds since 1970 expected, ${JSON.stringify(epoch)} found.`,
    )
  }
  return date
}

/** A file's date in an image of this date: none is later than the image, or two builds of the same tree would differ. */
export function entryDate(mtime: Date | undefined, image: Date): Date {
  return mtime && mtime < image ? mtime : image
}
