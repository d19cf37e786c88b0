import { describe, expect, it } from 'vitest'
import { fakeClock } from '../fake-clock.js'
import { createBootHistory } from './boot-history.js'

const mac = '08:00:27:54:1a:d1'
const first = { newBoot: true, newStep: true }
const next = { newBoot: false, newStep: true }
const again = { newBoot: false, newStep: false }

describe('boot history', () => {
  it('tells each step of a boot once, however often and by however many transactions a machine asks', () => {
    const clock = fakeClock()
    const history = createBootHistory(clock)
    expect(history.note(mac, 'firmware-dhcp', 1)).toEqual(first)
    clock.advance(4_000)
    expect(history.note(mac, 'firmware-dhcp', 1)).toEqual(again)
    clock.advance(8_000)
    expect(history.note(mac, 'firmware-dhcp', 2)).toEqual(again)
    expect(history.note(mac, 'firmware-pxe', 2)).toEqual(next)
    clock.advance(30_000)
    expect(history.note(mac, 'script-dhcp', 3)).toEqual(next)
    expect(history.note(mac, 'script-dhcp', 3)).toEqual(again)
  })

  it('knows a restart by firmware after the script', () => {
    const history = createBootHistory(fakeClock())
    history.note(mac, 'firmware-dhcp', 1)
    history.note(mac, 'script-dhcp', 2)
    expect(history.note(mac, 'firmware-dhcp', 3)).toEqual(first)
  })

  it('knows a restart of a machine that has iPXE built in by the pause', () => {
    const clock = fakeClock()
    const history = createBootHistory(clock)
    history.note(mac, 'script-dhcp', 1)
    clock.advance(21_000)
    expect(history.note(mac, 'script-dhcp', 2)).toEqual(first)
    clock.advance(61_000)
    expect(history.note(mac, 'script-dhcp', 2)).toEqual(first)
  })

  it('forgets the machines that it has not heard of for longest, as anybody can make some up', () => {
    const history = createBootHistory(fakeClock())
    history.note(mac, 'firmware-dhcp', 1)
    for (let index = 0; index < 4_095; index++) history.note(`made-up ${index}`, 'firmware-dhcp', 1)
    expect(history.note(mac, 'firmware-dhcp', 1)).toEqual(again)
    history.note('one more', 'firmware-dhcp', 1)
    expect(history.note(mac, 'firmware-dhcp', 1)).toEqual(again)
    expect(history.note('made-up 0', 'firmware-dhcp', 1)).toEqual(first)
  })
})
