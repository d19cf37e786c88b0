import { KairosError } from '@kairos-sdk/core'
import fc from 'fast-check'
import { expect, it } from 'vitest'

export interface Codec<T> {
  readonly encode: (value: T) => Uint8Array
  readonly decode: (bytes: Uint8Array) => unknown
  readonly values: fc.Arbitrary<T>
  /** What comes back, where it is more than what went in. Default: the same. */
  readonly comesBackAs?: (value: T) => unknown
}

/** The promises that every codec keeps: nothing is lost, and no bytes make it throw anything but a KairosError. */
export function itKeepsCodecLaws<T>({ encode, decode, values, comesBackAs = (value) => value }: Codec<T>): void {
  it('gives back what it was given', () => {
    fc.assert(
      fc.property(values, (value) => {
        expect(decode(encode(value))).toEqual(comesBackAs(value))
      }),
    )
  })

  it('answers bytes that are cut off or changed with a value or a KairosError', () => {
    const damage = fc.record({ at: fc.nat(), to: fc.integer({ min: 0, max: 255 }), cut: fc.nat() })
    fc.assert(
      fc.property(values, damage, (value, { at, to, cut }) => {
        const bytes = Uint8Array.from(encode(value))
        if (bytes.length > 0) bytes[at % bytes.length] = to
        for (const input of [bytes, bytes.subarray(0, cut % (bytes.length + 1))]) {
          try {
            decode(input)
          } catch (error) {
            expect(error).toBeInstanceOf(KairosError)
          }
        }
      }),
    )
  })
}

/** Bytes of a length. */
export function bytesOf(minLength: number, maxLength = minLength): fc.Arbitrary<Uint8Array> {
  return fc.uint8Array({ minLength, maxLength })
}

export const uint8 = fc.integer({ min: 0, max: 0xff })
export const uint16 = fc.integer({ min: 0, max: 0xffff })
export const uint32 = fc.integer({ min: 0, max: 0xffffffff })

/** Dates that a directory record can hold: whole seconds of 1900 to 2155. */
export const recordingDate = fc.option(
  fc.date({ min: new Date('1900-01-01'), max: new Date('2155-12-31'), noInvalidDate: true }).map(wholeSeconds),
  { nil: undefined },
)

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

export function unhex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replace(/\s/g, ''), 'hex'))
}

function wholeSeconds(date: Date): Date {
  return new Date(Math.floor(date.getTime() / 1000) * 1000)
}
