import { KairosError } from '@kairos-sdk/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ByteReader } from './reader.js'
import { ByteWriter } from './writer.js'

describe('ByteReader', () => {
  it('reads integers of both byte orders', () => {
    const bytes = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)
    expect(new ByteReader(bytes).uint16('x')).toBe(0x0102)
    expect(new ByteReader(bytes).uint16le('x')).toBe(0x0201)
    expect(new ByteReader(bytes).uint32('x')).toBe(0x01020304)
    expect(new ByteReader(bytes).uint32le('x')).toBe(0x04030201)
    expect(new ByteReader(bytes).uint64('x')).toBe(0x0102030405060708n)
    expect(new ByteReader(bytes).uint64le('x')).toBe(0x0807060504030201n)
  })

  it('names the field that is missing, and where', () => {
    const reader = new ByteReader(Uint8Array.of(1), { name: 'option 93', origin: 10 })
    expect(() => reader.uint16('architecture')).toThrow(
      'option 93: architecture: 2 bytes expected at offset 10, 1 left',
    )
    const empty = new ByteReader(new Uint8Array(0))
    expect(() => empty.uint8('type')).toThrow('type: 1 byte expected at offset 0, 0 left')
  })

  it('throws the code that it was given', () => {
    const thrown = (run: () => unknown) => {
      try {
        run()
      } catch (error) {
        return KairosError.is(error) ? error.code : undefined
      }
      return undefined
    }
    expect(thrown(() => new ByteReader(new Uint8Array(0)).uint8('x'))).toBe('input/malformed')
    expect(thrown(() => new ByteReader(new Uint8Array(0), { code: 'iso/damaged' }).uint8('x'))).toBe('iso/damaged')
  })

  it('refuses a 64-bit number that a JavaScript number cannot hold', () => {
    expect(new ByteReader(Uint8Array.of(0, 0x1f, 255, 255, 255, 255, 255, 255)).safeUint64('size')).toBe(2 ** 53 - 1)
    const reader = new ByteReader(Uint8Array.of(0, 0x20, 0, 0, 0, 0, 0, 0))
    expect(() => reader.safeUint64('size')).toThrow('size: a number below 2^53 expected at offset 0')
  })

  it('finds bytes that nobody read', () => {
    const reader = new ByteReader(Uint8Array.of(1, 2, 3))
    reader.uint8('x')
    expect(() => reader.expectEnd()).toThrow('end expected at offset 1, 2 more bytes found')
    expect([...reader.rest()]).toEqual([2, 3])
    reader.expectEnd()
  })

  it('never reads outside of its bytes, whatever length it is asked for', () => {
    const lengths = fc.oneof(fc.integer(), fc.double(), fc.constant(Number.NaN))
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20 }), lengths, (bytes, length) => {
        const reader = new ByteReader(bytes)
        if (Number.isInteger(length) && length >= 0 && length <= bytes.length) {
          expect(reader.bytes(length, 'x')).toHaveLength(length)
        } else expect(() => reader.bytes(length, 'x')).toThrow(KairosError)
      }),
    )
  })
})

describe('ByteWriter', () => {
  it('writes what ByteReader reads', () => {
    const written = new ByteWriter(40, 'record')
      .uint8(1, 'a')
      .uint16(2, 'b')
      .uint16le(3, 'c')
      .uint32(4, 'd')
      .uint32le(5, 'e')
      .uint64(6, 'f')
      .uint64le(7n, 'g')
      .latin1('ab', 4, 'h', 0x20)
      .bytes(Uint8Array.of(9), 'i')
      .skip(6, 'j').written
    const reader = new ByteReader(written)
    expect(reader.uint8('a')).toBe(1)
    expect([reader.uint16('b'), reader.uint16le('c'), reader.uint32('d'), reader.uint32le('e')]).toEqual([2, 3, 4, 5])
    expect([reader.uint64('f'), reader.safeUint64le('g'), reader.latin1(4, 'h')]).toEqual([6n, 7, 'ab  '])
    expect([...reader.rest()]).toEqual([9, 0, 0, 0, 0, 0, 0])
  })

  it('refuses what does not fit', () => {
    const writer = () => new ByteWriter(2, 'record')
    expect(() => writer().uint8(256, 'x')).toThrow('record: x: a whole number from 0 to 255 expected, 256 found')
    expect(() => writer().uint16(1.5, 'x')).toThrow('1.5 found')
    expect(() => writer().uint32(1, 'x')).toThrow('record: x: 4 bytes do not fit, 2 left')
    expect(() => writer().latin1('abc', 2, 'x')).toThrow('at most 2 characters expected')
  })
})
