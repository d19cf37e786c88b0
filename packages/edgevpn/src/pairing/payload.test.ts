import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromWire, toWire } from './payload.js'

const CONFIG = '#cloud-config\n# mine\nusers: []\n'

describe('toWire', () => {
  it('merges the flags into the config, for nodes of today, and sends them beside it, for older ones', () => {
    expect(toWire({ config: CONFIG, device: '/dev/sda', reboot: true })).toEqual({
      device: '/dev/sda',
      cc: '#cloud-config\n# mine\nusers: []\ninstall:\n  device: /dev/sda\n  reboot: true\n',
      reboot: '',
    })
  })

  it('leaves a config alone for which nothing is asked', () => {
    expect(toWire({ config: CONFIG, reboot: false })).toEqual({ device: '', cc: CONFIG })
  })

  it.each([
    [{ config: 'users: []' }, 'cloud-config/no-header'],
    [{ config: '#cloud-config\na: [' }, 'cloud-config/not-yaml'],
    [{ config: CONFIG, reboot: true, poweroff: true }, 'argument/invalid'],
    [{ config: '#!/bin/sh\n', device: '/dev/sda' }, 'cloud-config/not-editable'],
  ])('refuses %j before anything is sent', (payload, code) => {
    expect(() => toWire(payload)).toThrow(expect.objectContaining({ code }))
  })

  it('sends a script as it is', () => {
    expect(toWire({ config: '#!/bin/sh\necho hi\n' }).cc).toBe('#!/bin/sh\necho hi\n')
  })
})

describe('fromWire', () => {
  it('reads what was sent', () => {
    expect(fromWire(toWire({ config: CONFIG, device: 'auto', poweroff: true }))).toMatchObject({
      device: 'auto',
      reboot: false,
      poweroff: true,
    })
    expect(fromWire({ cc: CONFIG })).toEqual({ config: CONFIG, device: undefined, reboot: false, poweroff: false })
  })

  it.each([[null], ['text'], [[]], [{}], [{ cc: 1 }], [{ cc: 'x', device: {} }]])(
    'does not take %j for a payload',
    (value) => {
      expect(fromWire(value)).toBeUndefined()
    },
  )

  it('survives anything', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const payload = fromWire(value)
        expect(payload === undefined || typeof payload.config === 'string').toBe(true)
      }),
    )
  })
})
