/** Wider lines are hard to read, however wide the terminal is. */
const WIDEST = 100

/**
 * Breaks text between words so that it fits a terminal. Lines that begin with spaces keep them.
 *
 * @param columns - of the terminal; undefined, and the 0 of one that does not know, leave the text alone, as a pipe needs it
 * @param indent - put before each line
 */
export function wrapText(text: string, columns: number | undefined, indent: string): string {
  const width = columns ? Math.min(columns, WIDEST) - indent.length : Number.POSITIVE_INFINITY
  const lines: string[] = []
  for (const paragraph of text.split('\n')) {
    const [margin = ''] = /^ */.exec(paragraph) ?? []
    let line = ''
    for (const word of paragraph.slice(margin.length).split(' ')) {
      if (line !== '' && margin.length + line.length + 1 + word.length > width) {
        lines.push(margin + line)
        line = word
      } else line = line === '' ? word : `${line} ${word}`
    }
    lines.push(margin + line)
  }
  return lines.map((line) => indent + line).join('\n')
}
