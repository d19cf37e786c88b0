import { KairosError } from '@kairos-sdk/core'
import { afterEach, describe, expect, it } from 'vitest'
import type { ByteSource } from '../../bytes/byte-source.js'
import { memorySource } from '../../bytes/memory-source.js'
import type { NetbootEvent } from './netboot-events.js'
import type { NetbootInit } from './netboot-init.js'
import { artifacts, fetchText, setUp, urlsOf } from './test-bed.js'

const MAC = [8, 0, 0x27, 0x54, 0x1a, 0xd1]
const NAME = '08:00:27:54:1a:d1'
const types = (events: readonly NetbootEvent[]) => events.map(({ type }) => type)

const beds: Awaited<ReturnType<typeof setUp>>[] = []
async function start(init: Partial<NetbootInit> = {}) {
  const bed = await setUp(init)
  beds.push(bed)
  await bed.server.start()
  return bed
}
afterEach(async () => {
  for (const bed of beds.splice(0)) await bed.close()
})

describe('the story of a boot', () => {
  it('is not disturbed by builds of iPXE that look for a script of their own first', async () => {
    const { machine, events, log } = await start()
    const { discover, tftp } = await machine({ mac: MAC })
    const firmware = `${await discover('firmware')}`
    await expect(tftp(firmware.replace('undionly.kpxe', 'autoexec.ipxe'))).rejects.toThrow('File not found')
    expect(types(events)).toEqual(['seen', 'offered'])
    expect(log).toEqual([`DHCP: Offering to boot ${NAME}`])
    await expect(tftp(firmware.replace('undionly.kpxe', 'other'))).rejects.toThrow('File not found')
    expect(types(events).at(-1)).toBe('refused')
  })

  it('has failed while a file is missing, whatever else comes, and goes on when it comes after all', async () => {
    let broken = true
    const rootfs: ByteSource = {
      ...memorySource('rootfs.squashfs', Buffer.alloc(70_000)),
      read(offset, length) {
        if (broken) throw new KairosError('input/changed', 'It is another file.')
        return memorySource('x', Buffer.alloc(70_000)).read(offset, length)
      },
    }
    const { machine, server, settle } = await start({ artifacts: { ...artifacts, rootfs } })
    const { discover } = await machine({ mac: MAC })
    const urls = urlsOf(await fetchText(`${await discover('iPXE')}`))
    expect((await fetch(urls.rootfs)).status).toBe(500)
    await fetchText(urls.config)
    await settle()
    expect(server.machines()).toMatchObject([{ stage: 'failed', error: { message: 'It is another file.' } }])
    broken = false
    await fetchText(urls.rootfs)
    await settle()
    expect(server.machines()).toMatchObject([{ stage: 'rootfs', error: undefined }])
  })

  it('is not spoiled by an attempt that the machine has long made good by another one', async () => {
    const { machine, server, settle, clock, events, log } = await start()
    const { discover, tftp, tftpInVain } = await machine({ mac: MAC })
    const firmware = `${await discover('firmware')}`
    await tftpInVain(firmware)
    await tftp(firmware)
    const { kernel } = urlsOf(await fetchText(`${await discover('iPXE')}`))
    await fetchText(kernel)
    for (let second = 0; second < 15; second++) {
      clock.advance(1_000)
      await settle()
    }
    expect(server.machines()).toMatchObject([{ stage: 'kernel', error: undefined }])
    expect(types(events)).not.toContain('failed')
    expect(log.join('\n')).not.toContain('Could not send')
  })

  it('has failed when nothing came of any attempt', async () => {
    const { machine, server, settle, clock } = await start()
    const { discover, tftpInVain } = await machine({ mac: MAC })
    await tftpInVain(`${await discover('firmware')}`)
    for (let second = 0; second < 15; second++) {
      clock.advance(1_000)
      await settle()
    }
    expect(server.machines()).toMatchObject([{ stage: 'failed', error: { code: 'tftp/no-answer' } }])
  })
})
