/** Values that were asked for last, made when they are missing; a failure is not kept. */
export class Recent<Value> {
  readonly #values = new Map<number, Promise<Value>>()

  /** @param limit - values that are kept */
  constructor(readonly limit: number) {}

  get(key: number, make: () => Promise<Value>): Promise<Value> {
    const found = this.#values.get(key)
    // Put in again, so that the map's order is that of use.
    if (found) this.#values.delete(key)
    const value = found ?? make()
    this.#values.set(key, value)
    if (!found) {
      value.catch(() => {
        if (this.#values.get(key) === value) this.#values.delete(key)
      })
    }
    const [oldest] = this.#values.keys()
    if (this.#values.size > this.limit && oldest !== undefined) this.#values.delete(oldest)
    return value
  }
}
