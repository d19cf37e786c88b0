import { readFile, writeFile } from 'node:fs/promises'

const DOCUMENT = new URL('../docs/performance.md', import.meta.url)

/** docs/performance.md, in which each benchmark's table stands below a comment with its name. */
export async function openDocument() {
  let text = await readFile(DOCUMENT, 'utf8')

  /** The comment, and the lines of the table that is there now. */
  function tableOf(name: string): RegExpExecArray {
    const found = new RegExp(`^<!-- bench ${name} -->\\n(?:\\n?(?:\\|.*\\n)*)`, 'm').exec(text)
    if (!found) throw new Error(`docs/performance.md: a line <!-- bench ${name} --> expected, none found.`)
    return found
  }

  return {
    /** Asserts that there is a place for the table of each. */
    check(names: readonly string[]): void {
      for (const name of names) tableOf(name)
    },
    async write(name: string, table: string): Promise<void> {
      const { index, 0: before } = tableOf(name)
      text = `${text.slice(0, index)}<!-- bench ${name} -->\n\n${table}\n${text.slice(index + before.length)}`
      await writeFile(DOCUMENT, text)
    },
  }
}
