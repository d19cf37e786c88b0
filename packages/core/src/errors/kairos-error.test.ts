import { describe, expect, it } from 'vitest'
import { KairosError } from './kairos-error.js'

describe('KairosError', () => {
  it('tells its own line breaks from those of what it repeats', () => {
    const error = new KairosError('configuration/invalid', ['a.yaml: no key x\ny', 'b.yaml: no key z'])
    expect(error.message).toBe('a.yaml: no key x\ny\nb.yaml: no key z')
    expect(error.lines).toEqual(['a.yaml: no key x\ny', 'b.yaml: no key z'])
    expect(new KairosError('aborted', 'a\nb').lines).toEqual(['a\nb'])
  })
})
