import { describe, expect, it } from 'vitest'
import { negotiate } from './negotiation.js'

const limits = { maxBlockSize: 65_464, maxWindowSize: 64 }
const agree = (options: Record<string, string>, own = limits) =>
  negotiate(new Map(Object.entries(options)), 100_000, own)

describe('negotiate', () => {
  it('is RFC 1350 for a client without options', () => {
    expect(agree({})).toEqual({ blockSize: 512, windowSize: 1, timeoutMs: undefined, acknowledged: new Map() })
  })

  it('grants what is known, in the order and spelling of the client', () => {
    const terms = agree({ tsize: '0', BLKSIZE: '1432', windowsize: '16', timeout: '3' })
    expect(terms).toMatchObject({ blockSize: 1432, windowSize: 16, timeoutMs: 3_000 })
    expect([...terms.acknowledged]).toEqual([
      ['tsize', '100000'],
      ['BLKSIZE', '1432'],
      ['windowsize', '16'],
      ['timeout', '3'],
    ])
  })

  it('grants in part what is too much', () => {
    expect(agree({ blksize: '99999' })).toMatchObject({ blockSize: 65_464 })
    expect(agree({ windowsize: '65535' })).toMatchObject({ windowSize: 64 })
    const small = agree({ windowsize: '8', blksize: '1468' }, { maxBlockSize: 1024, maxWindowSize: 4 })
    expect([...small.acknowledged.values()]).toEqual(['4', '1024'])
  })

  it('bounds what a window holds, also when the block size comes after the window', () => {
    const terms = agree({ windowsize: '64', blksize: '65464' })
    expect(terms.windowSize).toBe(16)
    expect(terms.acknowledged.get('windowsize')).toBe('16')
  })

  it.each<Record<string, string>>([
    { blksize: '7' },
    { blksize: '' },
    { blksize: '-512' },
    { blksize: '512 ' },
    { blksize: '0x200' },
    { blksize: '99999999999' },
    { timeout: '0' },
    { timeout: '256' },
    { windowsize: '0' },
    { windowsize: '65536' },
    { tsize: 'big' },
    { multicast: '' },
    { rollover: '0' },
  ])('passes over %o', (options) => {
    expect(agree(options)).toMatchObject({ blockSize: 512, windowSize: 1, acknowledged: new Map() })
  })
})
