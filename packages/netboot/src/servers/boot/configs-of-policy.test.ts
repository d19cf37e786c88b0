import { afterEach, describe, expect, it } from 'vitest'
import { artifacts, CONFIG, fetchText, setUp } from './test-bed.js'

describe('a command line that names {{ CONFIG }}, where all machines together have no cloud config', () => {
  const cmdline = 'root=live:{{ ROOTFS }} config_url={{ CONFIG }}'
  const beds: Awaited<ReturnType<typeof setUp>>[] = []
  const start = async (policy?: () => { cloudConfig: string }) => {
    const bed = await setUp({ artifacts, cloudConfig: undefined, cmdline, policy })
    beds.push(bed)
    await bed.server.start()
    return bed
  }
  afterEach(async () => {
    for (const bed of beds.splice(0)) await bed.close()
  })

  it('is taken with a policy, which may give each machine its own', async () => {
    const { machine } = await start(() => ({ cloudConfig: CONFIG }))
    const script = await fetchText((await (await machine({ mac: [2, 0, 0, 0, 0, 9] })).discover('iPXE')) ?? '')
    expect(await fetchText(/ config_url=(\S+)/.exec(script)?.[1] ?? '')).toBe(CONFIG)
  })

  it('is refused without one', async () => {
    await expect(start()).rejects.toMatchObject({ code: 'netboot/invalid-cmdline' })
  })
})
