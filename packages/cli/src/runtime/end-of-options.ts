/** No argument of a program can hold it. */
const MARK = '\0'

/**
 * The words without the `--` that ends the options, those behind it marked where they look like options; and each `-`
 * marked. yargs takes nothing behind `--` for an argument of a command, and leaves `-`, which stands for standard input,
 * out of several.
 */
export function markArguments(argv: readonly string[]): string[] {
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length
  const mark = (word: string, isMarked: boolean) => (isMarked ? MARK + word : word)
  return [
    ...argv.slice(0, end).map((word) => mark(word, word === '-')),
    ...argv.slice(end + 1).map((word) => mark(word, word.startsWith('-'))),
  ]
}

/** What was parsed, without the marks. */
export function unmarkArguments<Args extends object>(args: Args): Args {
  return Object.fromEntries(Object.entries(args).map(([name, value]) => [name, unmark(value)])) as Args
}

/** A value, or all of several, without its mark. */
export function unmark(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unmark)
  return typeof value === 'string' && value.startsWith(MARK) ? value.slice(MARK.length) : value
}

/** A message in which yargs quotes what it was given, without marks. */
export function withoutMarks(message: string): string {
  return message.replaceAll(JSON.stringify(MARK).slice(1, -1), '').replaceAll(MARK, '')
}
