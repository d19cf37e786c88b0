import { describe, expect, it } from 'vitest'
import { patchBootImage, patchHybridMbr } from './boot-info.js'

const image = Uint8Array.from({ length: 5001 }, (_, index) => index)
const options = { sector: 529, bootInfoTable: true, grub2BootInfo: true }

describe('boot image', () => {
  it('knows where it lies, how long it is, and its checksum', () => {
    const patched = patchBootImage(image, options)
    const view = new DataView(patched.buffer)
    expect(view.getUint32(8, true)).toBe(16)
    expect(view.getUint32(12, true)).toBe(529)
    expect(view.getUint32(16, true)).toBe(5001)
    let sum = 0n
    const padded = Buffer.concat([patched, Buffer.alloc(3)])
    for (let at = 64; at < padded.length - 3; at += 4) sum += BigInt(padded.readUInt32LE(at))
    expect(view.getUint32(20, true)).toBe(Number(sum & 0xffffffffn))
    expect(patched.subarray(24, 64)).toEqual(new Uint8Array(40))
    expect(view.getBigUint64(2548, true)).toBe(529n * 4n + 5n)
  })

  it('is otherwise as it was, and so is the one that was given', () => {
    const before = image.slice()
    const patched = patchBootImage(image, options)
    expect(image).toEqual(before)
    expect(patched.subarray(0, 8)).toEqual(image.subarray(0, 8))
    expect(patched.subarray(64, 2548)).toEqual(image.subarray(64, 2548))
    expect(patched.subarray(2556)).toEqual(image.subarray(2556))
    expect(patchBootImage(image, { sector: 1, bootInfoTable: false, grub2BootInfo: false })).toEqual(image)
  })

  it('is refused when it is too short for what is to be written into it', () => {
    const error = expect.objectContaining({ code: 'argument/invalid' })
    expect(() => patchBootImage(image.subarray(0, 2555), options)).toThrow(error)
    expect(() => patchBootImage(image.subarray(0, 63), { ...options, grub2BootInfo: false })).toThrow(error)
    expect(
      patchBootImage(image.subarray(0, 10), { sector: 1, bootInfoTable: false, grub2BootInfo: false }),
    ).toHaveLength(10)
  })
})

describe('hybrid MBR', () => {
  it('loads what follows the first four sectors of the boot image, and ends before the disk signature', () => {
    const code = patchHybridMbr(new Uint8Array(512).fill(0xcc), 0x40000000)
    expect(code).toHaveLength(440)
    expect(new DataView(code.buffer).getBigUint64(0x1b0, true)).toBe(0x100000004n)
    expect(code.subarray(0, 0x1b0).every((byte) => byte === 0xcc)).toBe(true)
  })

  it('is refused when it is no boot sector', () => {
    for (const length of [0, 439, 513])
      expect(() => patchHybridMbr(new Uint8Array(length), 1)).toThrow(/440 to 512 bytes expected/)
  })
})
