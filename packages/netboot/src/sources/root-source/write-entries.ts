import type { FileSystemEntry } from '../../file-system/entry.js'
import { isSurveyNeeded } from '../layers/index.js'
import type { RootEntriesOptions, RootSource } from './root-source.js'

/**
 * Hands the entries of a root file system to what writes them, and starts over, once, where only a survey lets its layers
 * be merged (`layers/needs-survey`). So ordinary images are read once, and the others too come out whole.
 *
 * @param write - may be called twice; nothing of the first time may be left in what the second one writes
 * @throws what the source and `write` throw
 */
export async function writeEntries<T>(
  root: RootSource,
  options: RootEntriesOptions,
  write: (entries: AsyncIterable<FileSystemEntry>) => Promise<T>,
): Promise<T> {
  try {
    return await write(root.entries(options))
  } catch (error) {
    if (options.survey || !isSurveyNeeded(error)) throw error
  }
  return await write(root.entries({ ...options, survey: true }))
}
