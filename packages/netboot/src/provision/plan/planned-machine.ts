/** A machine of the table. */
export interface PlannedMachine {
  /** Of its image, without `.iso`: its name, else its address with dashes, else its UUID. */
  readonly name: string
  readonly mac: string | undefined
  readonly uuid: string | undefined
}
