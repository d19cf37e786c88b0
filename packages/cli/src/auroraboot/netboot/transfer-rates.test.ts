import { describe, expect, it } from 'vitest'
import { TransferRates } from './transfer-rates.js'

const at = (done: number, name = 'kernel') => ({ mac: 'a', transfer: { name, done, total: 10_000 } })

describe('TransferRates', () => {
  it('knows no rate before time went by, then smooths it', () => {
    const rates = new TransferRates()
    expect(rates.observe(at(0), 0)).toBeUndefined()
    expect(rates.observe(at(100), 100)).toBeUndefined()
    expect(rates.observe(at(1_000), 1_000)).toBe(1_000)
    expect(rates.observe(at(1_100), 1_100)).toBe(1_000)
    expect(rates.observe(at(4_000), 2_000)).toBe(2_000)
  })

  it('begins anew with each file, and with one that is fetched again', () => {
    const rates = new TransferRates()
    rates.observe(at(0), 0)
    rates.observe(at(1_000), 1_000)
    expect(rates.observe(at(0, 'initrd-0'), 2_000)).toBeUndefined()
    expect(rates.observe(at(500, 'initrd-0'), 3_000)).toBe(500)
    expect(rates.observe(at(100, 'initrd-0'), 4_000)).toBeUndefined()
    expect(rates.observe({ mac: 'a', transfer: undefined }, 5_000)).toBeUndefined()
  })
})
