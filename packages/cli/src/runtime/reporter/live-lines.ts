import { stripVTControlCharacters } from 'node:util'
import type { Output } from '../io.js'

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const FRAME_MS = 100

const HIDE_CURSOR = '\x1b[?25l'
const SHOW_CURSOR = '\x1b[?25h'
/** The terminal cuts lines that are too long: it knows best how wide its characters are. */
const WRAP_OFF = '\x1b[?7l'
const WRAP_ON = '\x1b[?7h'
const CLEAR_BELOW = '\x1b[J'
const CLEAR_LINE = '\x1b[2K'
/** Terminals that know these show all that is between them at once; others ignore them. */
const SYNCHRONIZED = { begin: '\x1b[?2026h', end: '\x1b[?2026l' } as const

/** What is shown at this moment: a line, or several for one that is a table. */
export type LiveContent = (frame: string, room: number) => string | readonly string[]

/** The lines at the bottom of a terminal that change while things go on, one for each. */
export class LiveLines {
  readonly #output: Output
  readonly #lines = new Map<object, LiveContent>()
  #timer: NodeJS.Timeout | undefined
  #drawn: readonly string[] = []
  #shown = ''
  /** Of the terminal, when the lines were drawn. */
  #columns = Number.POSITIVE_INFINITY
  #frame = 0

  constructor(output: Output) {
    this.#output = output
  }

  /**
   * @param content - gives the text at this moment, with the frame of the spinner where it has one, in at most as many
   *   lines as there is room for
   */
  add(owner: object, content: LiveContent): void {
    this.#lines.set(owner, content)
    this.#timer ??= setInterval(() => {
      this.#frame = (this.#frame + 1) % FRAMES.length
      this.#draw('')
    }, FRAME_MS).unref()
    this.#draw('')
  }

  /** Takes a line away and leaves `text`, if any, above the others. */
  remove(owner: object, text = ''): void {
    this.#lines.delete(owner)
    this.#draw(text)
    if (this.#lines.size === 0) this.stop()
  }

  /** Prints above the lines. */
  print(text: string): void {
    this.#draw(text)
  }

  /** Wipes the lines away; those that are left come back with the next change. */
  clear(): void {
    if (this.#drawn.length > 0) this.#output.write(`${this.#up()}${CLEAR_BELOW}${SHOW_CURSOR}`)
    this.#drawn = []
  }

  /** Wipes the lines away for good. */
  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#lines.clear()
    this.clear()
  }

  #draw(above: string): void {
    const lines = this.#visible()
    if (lines.length === 0) {
      this.clear()
      if (above !== '') this.#output.write(above)
      return
    }
    // Each line is wiped just before it is written: emptying all of them first would be seen as a flicker.
    const body = lines.map((line) => `${CLEAR_LINE}${line}\n`).join('')
    if (above === '' && body === this.#shown && this.#drawn.length > 0) return
    const head = `${this.#up()}${HIDE_CURSOR}${above === '' ? '' : CLEAR_BELOW + above}`
    this.#output.write(`${SYNCHRONIZED.begin}${head}${WRAP_OFF}${body}${WRAP_ON}${CLEAR_BELOW}${SYNCHRONIZED.end}`)
    this.#drawn = lines
    this.#shown = body
    this.#columns = this.#output.columns || Number.POSITIVE_INFINITY
  }

  /** Lines that scrolled out of the terminal could not be redrawn, so those that do not fit are counted only. */
  #visible(): string[] {
    const frame = FRAMES[this.#frame] ?? ''
    const all = [...this.#lines.values()]
    const room = Math.max(1, (this.#output.rows || 24) - 2)
    const lines: string[] = []
    for (const [index, content] of all.entries()) {
      // One line has to stay for each of the others.
      const own = Math.max(1, room - lines.length - (all.length - index - 1))
      const shown = content(frame, own)
      lines.push(...(typeof shown === 'string' ? [shown] : shown.slice(0, own)))
    }
    if (lines.length <= room) return lines
    return [...lines.slice(0, room - 1), `${frame} … and ${lines.length - room + 1} more`]
  }

  #up(): string {
    // A terminal that was made narrower has broken the lines that it shows.
    const columns = this.#output.columns || Number.POSITIVE_INFINITY
    const rowsOf = (line: string) => Math.max(1, Math.ceil(stripVTControlCharacters(line).length / columns))
    const rows = this.#drawn.reduce((sum, line) => sum + (this.#columns === columns ? 1 : rowsOf(line)), 0)
    return rows > 0 ? `\x1b[${rows}A\r` : ''
  }
}
