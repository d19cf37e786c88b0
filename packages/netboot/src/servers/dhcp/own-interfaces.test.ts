import { describe, expect, it } from 'vitest'
import {
  addressesToAnswerFrom,
  checkInterfaces,
  isOnSubnet,
  isServed,
  listOwnInterfaces,
  selectInterfaces,
  toldAddresses,
} from './own-interfaces.js'

const lo = { name: 'lo', address: '127.0.0.1', netmask: '255.0.0.0', internal: true }
const eth0 = { name: 'eth0', address: '10.0.0.1', netmask: '255.255.255.0', internal: false }
const second = { name: 'eth0', address: '10.0.9.1', netmask: '255.255.255.0', internal: false }
const eth1 = { name: 'eth1', address: '192.168.200.1', netmask: '255.255.128.0', internal: false }
const all = [lo, eth0, second, eth1]

describe('selectInterfaces', () => {
  it('takes all but loopback, with one address each', () => {
    expect(selectInterfaces(all, undefined)).toEqual([eth0, eth1])
  })

  it('takes those that are named, by name or by address', () => {
    expect(selectInterfaces(all, ['eth1'])).toEqual([eth1])
    expect(selectInterfaces(all, ['10.0.9.1'])).toEqual([second])
    expect(selectInterfaces(all, ['eth1', '10.0.0.1', 'eth0'])).toEqual([eth1, eth0])
    expect(selectInterfaces(all, ['lo'])).toEqual([lo])
    expect(selectInterfaces(all, ['eth9'])).toEqual([])
  })
})

describe('toldAddresses', () => {
  it('are those of the interfaces, or the one that is advertised, if it is ours', () => {
    expect(toldAddresses(all, undefined, undefined)).toEqual(['10.0.0.1', '192.168.200.1'])
    expect(toldAddresses(all, ['10.0.9.1'], undefined)).toEqual(['10.0.9.1'])
    expect(toldAddresses(all, ['eth0'], '10.0.9.1')).toEqual(['10.0.9.1'])
    expect(toldAddresses(all, undefined, '192.0.2.77')).toEqual([])
  })
})

describe('addressesToAnswerFrom', () => {
  it('are those beside which the system could choose another', () => {
    expect(addressesToAnswerFrom(all, undefined, undefined)).toEqual(['10.0.0.1'])
    expect(addressesToAnswerFrom(all, ['10.0.9.1', 'eth1'], undefined)).toEqual(['10.0.9.1'])
    expect(addressesToAnswerFrom([lo, eth0, eth1], undefined, undefined)).toEqual([])
    const eth2 = { name: 'eth2', address: '10.0.0.2', netmask: '255.255.255.0', internal: false }
    expect(addressesToAnswerFrom([lo, eth0, eth1, eth2], undefined, undefined)).toEqual(['10.0.0.1', '10.0.0.2'])
    expect(addressesToAnswerFrom([lo, eth0, eth1], undefined, '10.0.0.1')).toEqual(['10.0.0.1'])
    expect(addressesToAnswerFrom([lo, eth0], undefined, '10.0.0.1')).toEqual([])
    expect(addressesToAnswerFrom(all, undefined, '192.0.2.77')).toEqual([])
  })
})

describe('isServed', () => {
  it('goes by name or address, and without either by what is no loopback', () => {
    expect(all.filter((own) => isServed(own, undefined))).toEqual([eth0, second, eth1])
    expect(all.filter((own) => isServed(own, ['eth0']))).toEqual([eth0, second])
    expect(all.filter((own) => isServed(own, ['10.0.0.1']))).toEqual([eth0])
  })
})

describe('checkInterfaces', () => {
  it('names those that there are', () => {
    expect(() => checkInterfaces(all, ['eth0', '192.168.200.1'])).not.toThrow()
    expect(() => checkInterfaces(all, ['eth7'])).toThrow('"eth7" found')
    expect(() => checkInterfaces([], ['eth7'])).toThrow(expect.objectContaining({ hint: 'There are: none.' }))
  })
})

describe('isOnSubnet', () => {
  it('compares under the mask, also of addresses with the first bit set', () => {
    expect(isOnSubnet('192.168.255.255', eth1)).toBe(true)
    expect(isOnSubnet('192.168.127.255', eth1)).toBe(false)
    expect(isOnSubnet('10.0.0.200', eth0)).toBe(true)
    expect(isOnSubnet('10.0.1.1', eth0)).toBe(false)
  })
})

describe('listOwnInterfaces', () => {
  it('finds loopback here', () => {
    expect(listOwnInterfaces()).toContainEqual(expect.objectContaining({ address: '127.0.0.1', internal: true }))
  })
})
