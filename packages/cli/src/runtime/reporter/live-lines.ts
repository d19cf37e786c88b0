import type { Output } from '../io.js'

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const FRAME_MS = 100

const HIDE_CURSOR = '\x1b[?25l'
const SHOW_CURSOR = '\x1b[?25h'
/** The terminal cuts lines that are too long: it knows best how wide its characters are. */
const WRAP_OFF = '\x1b[?7l'
const WRAP_ON = '\x1b[?7h'
const CLEAR_BELOW = '\x1b[J'

/** The lines at the bottom of a terminal that change while things go on, one for each. */
export class LiveLines {
  readonly #output: Output
  readonly #lines = new Map<object, (frame: string) => string>()
  #timer: NodeJS.Timeout | undefined
  #drawn = 0
  #frame = 0

  constructor(output: Output) {
    this.#output = output
  }

  /** @param line - gives the line's text at this moment, beginning with the frame of the spinner */
  add(owner: object, line: (frame: string) => string): void {
    this.#lines.set(owner, line)
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
    if (this.#drawn > 0) this.#output.write(`${this.#up()}${CLEAR_BELOW}${SHOW_CURSOR}`)
    this.#drawn = 0
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
    const body = lines.map((line) => `${line}\n`).join('')
    this.#output.write(`${this.#up()}${CLEAR_BELOW}${HIDE_CURSOR}${above}${WRAP_OFF}${body}${WRAP_ON}`)
    this.#drawn = lines.length
  }

  /** Lines that scrolled out of the terminal could not be redrawn, so those that do not fit are counted only. */
  #visible(): string[] {
    const frame = FRAMES[this.#frame] ?? ''
    const all = [...this.#lines.values()]
    const room = Math.max(1, (this.#output.rows ?? 24) - 2)
    if (all.length <= room) return all.map((line) => line(frame))
    return [...all.slice(0, room - 1).map((line) => line(frame)), `${frame} … and ${all.length - room + 1} more`]
  }

  #up(): string {
    return this.#drawn > 0 ? `\x1b[${this.#drawn}A\r` : ''
  }
}
