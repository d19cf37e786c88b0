/**
 * Numbers that keep apart the names of one directory that would be alike. Remembers how far it has counted for each, as
 * trying all numbers again for each of thousands of names takes minutes.
 */
export class NameNumbers {
  /** The next number for names that differ in nothing else, by the number of its digits. */
  readonly #next = new Map<string, number>()

  /**
   * The first name that is not taken, counted from 1.
   *
   * @param numbered - the name with a number in it; what else it has depends on the length of the number only
   */
  first(numbered: (number: string) => string, isTaken: (name: string) => boolean): string {
    for (let digits = 1; ; digits++) {
      const end = 10 ** digits
      const key = `${digits} ${numbered('0'.repeat(digits))}`
      for (let number = this.#next.get(key) ?? end / 10; number < end; number++) {
        this.#next.set(key, number + 1)
        const name = numbered(String(number))
        if (!isTaken(name)) return name
      }
    }
  }
}
