import type { Machine } from '@kairos-sdk/netboot/boot'
import { describe, expect, it } from 'vitest'
import { ArgumentProblem } from '../../runtime/argument-problem.js'
import { type MacLists, macPolicy } from './mac-policy.js'

const A = '08:00:27:54:1a:d1'
const B = '08:00:27:54:1a:d2'

async function boots(lists: MacLists, mac: string): Promise<boolean> {
  const machine: Machine = {
    ...{ mac, uuid: undefined, architectures: [7], transport: 'tftp', step: 'firmware' },
    ...{ ipxe: false, vendorClass: undefined, userClasses: [] },
  }
  return (await macPolicy(lists)?.(machine)) !== undefined
}

describe('macPolicy', () => {
  it('is not needed when nobody is named', () => {
    expect(macPolicy({ allow: undefined, deny: undefined })).toBeUndefined()
  })

  it('boots only those that are allowed, however they are written', async () => {
    for (const allow of ['08:00:27:54:1A:D1', '08-00-27-54-1a-d1', '080027541ad1']) {
      expect(await boots({ allow: [allow], deny: undefined }, A)).toBe(true)
      expect(await boots({ allow: [allow], deny: undefined }, B)).toBe(false)
    }
  })

  it('boots all but those that are denied', async () => {
    expect(await boots({ allow: undefined, deny: [A] }, A)).toBe(false)
    expect(await boots({ allow: undefined, deny: [A] }, B)).toBe(true)
    expect(await boots({ allow: [A, B], deny: ['08-00-27-54-1A-D1'] }, A)).toBe(false)
  })

  it.each(['', '08:00:27', '08:00-27:54:1a:d1', '08:00:27:54:1a:dg', '08:00:27:54:1a:d1:00'])('refuses %j', (mac) => {
    expect(() => macPolicy({ allow: [mac], deny: undefined })).toThrow(ArgumentProblem)
  })
})
