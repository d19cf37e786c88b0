import { describe, expect, it } from 'vitest'
import type { Machine } from '../../servers/boot/index.js'
import { configsOfBoot } from './configs-of-boot.js'
import type { PlanContext } from './plan-context.js'

const CMDLINE = 'root=live:{{ ROOTFS }} config_url={{ CONFIG }}'
const MAC = '08:00:27:54:1a:d1'

describe('configsOfBoot', () => {
  const configsOf = (context: object) =>
    configsOfBoot({
      configuration: { netboot: { cmdline: CMDLINE } },
      machines: [{ name: 'node-1', mac: MAC, cloudConfig: 'own' }],
      options: {},
      ...context,
    } as unknown as PlanContext)

  it('gives machines of the table their own cloud config, others the common one', () => {
    const { cloudConfig, cmdline, policy } = configsOf({ cloudConfig: 'common' })
    expect([cloudConfig, cmdline]).toEqual(['common', CMDLINE])
    expect(policy?.({ mac: MAC } as Machine)).toEqual({ cloudConfig: 'own', cmdline: CMDLINE })
    expect(policy?.({ mac: '02:00:00:00:00:01' } as Machine)).toEqual({})
  })

  it('names none to others where there is none for them', () => {
    const { cloudConfig, cmdline, policy } = configsOf({ cloudConfig: undefined })
    expect([cloudConfig, cmdline]).toEqual([undefined, 'root=live:{{ ROOTFS }}'])
    expect(policy?.({ mac: MAC } as Machine)).toEqual({ cloudConfig: 'own', cmdline: CMDLINE })
  })

  it('leaves others alone when only machines of the table are to boot', () => {
    const { policy } = configsOf({ options: { onlyListed: true } })
    expect(policy?.({ mac: '02:00:00:00:00:01' } as Machine)).toBeUndefined()
  })
})
