import { describe, expect, it } from 'vitest'
import { decodeOption } from '../option-kind.js'
import { menuPrompt } from './menu-prompt.js'

describe('PXE menu prompt', () => {
  it('is a time and a text', () => {
    const bytes = Buffer.from('\x03Press F8', 'latin1')
    expect(decodeOption(menuPrompt, bytes)).toEqual({ timeoutSeconds: 3, text: 'Press F8' })
    expect(Buffer.from(menuPrompt.encode({ timeoutSeconds: 3, text: 'Press F8' }))).toEqual(bytes)
  })

  it('may have no text, but not no time', () => {
    expect(decodeOption(menuPrompt, Uint8Array.of(0))).toEqual({ timeoutSeconds: 0, text: '' })
    expect(() => decodeOption(menuPrompt, new Uint8Array(0))).toThrow('seconds: 1 byte expected at offset 0, 0 left')
  })
})
