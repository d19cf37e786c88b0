import { rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { memorySource } from '../../bytes/memory-source.js'
import { encodePacket } from '../tftp/packet.js'
import type { NetbootEvent } from './netboot-events.js'
import type { NetbootInit } from './netboot-init.js'
import { policyByMachine } from './policy.js'
import { artifacts, CONFIG, fetchText, kernelImage, kernelImageFor, setUp, urlsOf } from './test-bed.js'

const MAC = [8, 0, 0x27, 0x54, 0x1a, 0xd1]
const NAME = '08:00:27:54:1a:d1'
const OTHER = [8, 0, 0x27, 0x54, 0x1a, 0xd2]

const beds: Awaited<ReturnType<typeof setUp>>[] = []
async function start(init: Partial<NetbootInit> = {}, addresses?: readonly string[]) {
  const bed = await setUp(init, addresses)
  beds.push(bed)
  await bed.server.start()
  return bed
}
afterEach(async () => {
  for (const bed of beds.splice(0)) await bed.close()
})
const types = (events: readonly NetbootEvent[]) => events.map(({ type }) => type)
/** Without ports, which are the system's choice. */
const plain = (log: readonly string[]) => log.map((line) => line.replace(/:\d+$/, ''))

describe('a boot', () => {
  it('is told step by step, once each, in the log and as events', async () => {
    const { machine, events, log, server, settle } = await start()
    const { discover, tftp } = await machine({ mac: MAC })
    const firmware = await discover('firmware')
    await discover('firmware')
    expect(Buffer.from((await tftp(`${firmware}`)).content).toString()).toBe('build undionly.kpxe')
    const script = await fetchText(`${await discover('iPXE')}`)
    const { kernel, initrd, rootfs, config } = urlsOf(script)
    for (const url of [kernel, initrd, kernel]) await fetchText(url)
    await fetch(config, { method: 'HEAD' })
    expect(await fetchText(config)).toBe(CONFIG)
    await fetchText(rootfs)
    await settle()
    expect(types(events)).toEqual([
      ...['seen', 'offered', 'firmware-sent', 'offered', 'script-sent', 'kernel', 'initrd', 'config', 'rootfs'],
    ])
    expect(plain(log)).toEqual([
      `DHCP: Offering to boot ${NAME}`,
      'TFTP: Sent "undionly.kpxe" to 10.0.0.209',
      `DHCP: Offering to boot ${NAME}`,
      'HTTP: Sending ipxe boot script to 127.0.0.1',
      'HTTP: Sent file "kernel" to 127.0.0.1',
      'HTTP: Sent file "initrd-0" to 127.0.0.1',
      'HTTP: Sent file "other-1" to 127.0.0.1',
      'HTTP: Sent file "other-0" to 127.0.0.1',
    ])
    expect(events[5]).toMatchObject({
      mac: NAME,
      boot: 1,
      name: 'kernel',
      bytes: 100_000,
      client: { address: '127.0.0.1' },
    })
    expect(server.machines()).toMatchObject([
      { mac: NAME, uuid: '07070707-0707-0707-0707-080027541ad1', architecture: 'x86 BIOS', stage: 'rootfs', boot: 1 },
    ])
  })

  it('in ranges is told when the last missing part was sent', async () => {
    const { machine, events, settle } = await start()
    const { discover } = await machine({ mac: MAC })
    const { kernel } = urlsOf(await fetchText(`${await discover('iPXE')}`))
    const part = async (range: string) => {
      await (await fetch(kernel, { headers: { range } })).arrayBuffer()
      await settle()
    }
    await part('bytes=50000-')
    await part('bytes=0-29999')
    expect(types(events)).not.toContain('kernel')
    await part('bytes=20000-59999')
    expect(events.at(-1)).toMatchObject({ type: 'kernel', bytes: 120_000 })
  })

  it('begins anew when the machine does, under new URLs; the old ones lead nowhere', async () => {
    const { machine, events, clock, settle } = await start()
    const { discover } = await machine({ mac: MAC })
    const scriptUrl = `${await discover('iPXE')}`
    const first = urlsOf(await fetchText(scriptUrl))
    // The same boot gets the same again.
    expect(urlsOf(await fetchText(scriptUrl))).toEqual(first)
    clock.advance(600_000)
    await discover('iPXE')
    const second = urlsOf(await fetchText(scriptUrl))
    expect(second.config).not.toBe(first.config)
    expect((await fetch(first.config)).status).toBe(404)
    await fetchText(second.kernel)
    await settle()
    expect(types(events).filter((type) => type === 'seen' || type === 'kernel')).toEqual(['seen', 'seen', 'kernel'])
    expect(events.at(-1)).toMatchObject({ boot: 2 })
  })

  it('over UEFI HTTP boot gets the URL of iPXE', async () => {
    const { machine, events, log, settle } = await start()
    const { discover } = await machine({ mac: MAC, architecture: 16, client: 'HTTPClient' })
    const url = `${await discover('firmware')}`
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/a\/[\w-]{22}\/ipxe\.efi$/)
    await fetch(url, { method: 'HEAD' })
    const response = await fetch(url)
    expect(response.headers.get('content-type')).toBe('application/efi')
    expect(await response.text()).toBe('build ipxe.efi')
    await settle()
    expect(types(events)).toEqual(['seen', 'offered', 'firmware-sent'])
    expect(plain(log).at(-1)).toBe('HTTP: Sent file "ipxe.efi" to 127.0.0.1')
  })

  it('of a site that names our iPXE in its own DHCP server is served too', async () => {
    const { machine, log, settle } = await start()
    const { tftp } = await machine({ mac: MAC })
    expect(Buffer.from((await tftp('ipxe.efi')).content).toString()).toBe('build ipxe.efi')
    await settle()
    expect(plain(log)).toEqual(['TFTP: Sent "ipxe.efi" to 10.0.0.209'])
  })

  it('is served from the address that the machine was told, though the system would choose another', async () => {
    for (const init of [{ interfaces: ['10.0.0.5'], advertise: undefined }, { advertise: '10.0.0.5' }]) {
      const { machine, network, settle } = await start(init, ['10.0.0.1', '10.0.0.5'])
      const firmware = `${await (await machine({ mac: MAC })).discover('firmware')}`
      const heard: string[] = []
      const client = await network.host('10.0.0.77').openSocket({
        ...{ address: '0.0.0.0', port: 0, onError() {} },
        onMessage: (_bytes, from) => void heard.push(from.address),
      })
      const request = encodePacket({ type: 'rrq', name: firmware, mode: 'octet', options: new Map() })
      client.send(request, { address: '10.0.0.5', port: 69 })
      await settle()
      expect(heard).toEqual(['10.0.0.5'])
    }
  })

  it('can be watched while a file is on its way', async () => {
    let release = () => {}
    const gate = new Promise<void>((resolve) => {
      release = resolve
    })
    const rootfs = {
      name: 'rootfs',
      size: 2,
      async *read() {
        yield Buffer.from('a')
        await gate
        yield Buffer.from('b')
      },
    }
    const { machine, server } = await start({ artifacts: { ...artifacts, rootfs } })
    const { discover } = await machine({ mac: MAC })
    const response = await fetch(urlsOf(await fetchText(`${await discover('iPXE')}`)).rootfs)
    expect(server.machines()[0]?.transfer).toEqual({ name: 'other-0', done: 1, total: 2 })
    release()
    await response.text()
  })

  it('is told as a stream until the server stops', async () => {
    const { machine, server } = await start()
    const told: string[] = []
    const reading = (async () => {
      for await (const { type } of server.events()) told.push(type)
    })()
    const { discover } = await machine({ mac: MAC })
    await discover('iPXE')
    await server.stop()
    await reading
    expect(told).toEqual(['seen', 'offered'])
  })
})

describe('stop', () => {
  it('lets iPXE arrive that is on its way over TFTP, within the time that it has', async () => {
    const { machine, server, events, settle } = await start()
    const { discover, tftp } = await machine({ mac: MAC })
    const firmware = `${await discover('firmware')}`
    const unhurried = tftp(firmware)
    // The request has come, and the acknowledgement of what was sent is still to come.
    for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate)
    expect(types(events)).toEqual(['seen', 'offered'])
    const stopped = server.stop({ graceMs: 5_000 })
    expect(Buffer.from((await unhurried).content).toString()).toBe('build undionly.kpxe')
    await settle()
    await stopped
    expect(types(events)).toEqual(['seen', 'offered', 'firmware-sent'])
  })
})

describe('the script', () => {
  it("has the defaults, and a site's and a machine's arguments behind them", async () => {
    const { machine } = await start({
      extraCmdline: 'site=1',
      policy: () => ({ extraCmdline: 'machine=1' }),
      artifacts: { ...artifacts, initrds: [...artifacts.initrds, memorySource('more', 'x')] },
    })
    const { discover } = await machine({ mac: MAC })
    const script = await fetchText(`${await discover('iPXE')}`)
    expect(script).toMatch(/^#!ipxe\n/)
    const imgargs = /^imgargs kernel (.*)$/m.exec(script)?.[1]?.replace(/http:\S+\//g, 'URL/')
    expect(imgargs).toBe(
      'initrd=initrd-0 initrd=initrd-1 rd.live.overlay.overlayfs rd.neednet=1 ip=dhcp rd.cos.disable ' +
        'root=live:URL/other-0 netboot install-mode config_url=URL/other-1 console=tty1 console=ttyS0 console=tty0 ' +
        'site=1 machine=1',
    )
  })

  it('leaves out what is not there', async () => {
    const { kernel, initrds } = artifacts
    const { machine } = await start({ artifacts: { kernel, initrds }, cloudConfig: undefined })
    const { discover } = await machine({ mac: MAC })
    const script = await fetchText(`${await discover('iPXE')}`)
    expect(script).toContain('rd.cos.disable netboot install-mode console=tty1')
  })

  it("puts the URLs of files into a user's own command line", async () => {
    const files = new Map([
      ['/files/root fs', memorySource('rootfs', 'root')],
      ['/files/config.yaml', memorySource('config.yaml', CONFIG)],
    ])
    const cmdline =
      'a root=live:{{ ID "/files/root fs" }} config_url={{ID `/files/config.yaml`}} again={{ ID "/files/root fs" }}'
    const { machine, events, settle } = await start({ artifacts: { ...artifacts, files }, cmdline })
    const { discover } = await machine({ mac: MAC })
    const script = await fetchText(`${await discover('iPXE')}`)
    const { rootfs, config } = urlsOf(script)
    expect(await fetchText(rootfs)).toBe('root')
    expect(script).toContain(` again=${rootfs}\n`)
    expect(await fetchText(config)).toBe(CONFIG)
    await settle()
    expect(types(events).slice(-2)).toEqual(['rootfs', 'config'])
  })
})

describe('policy', () => {
  it("gives each machine its own config, and nobody another's", async () => {
    const mine = '#cloud-config\nhostname: mine\n'
    const { machine } = await start({
      policy: policyByMachine({ [NAME.toUpperCase()]: { cloudConfig: mine }, '08-00-27-54-1a-d2': {} }, 'deny'),
    })
    const one = await machine({ mac: MAC })
    const two = await machine({ mac: OTHER })
    const urls = [
      urlsOf(await fetchText(`${await one.discover('iPXE')}`)),
      urlsOf(await fetchText(`${await two.discover('iPXE')}`)),
    ]
    expect(await fetchText(`${urls[0]?.config}`)).toBe(mine)
    expect(await fetchText(`${urls[1]?.config}`)).toBe(CONFIG)
    // Nothing in a URL is a machine's name that could be changed.
    expect(JSON.stringify(urls)).not.toMatch(/54.?1a.?d/i)
  })

  it('by UUID', async () => {
    const { machine, server } = await start({
      policy: policyByMachine({ '07070707070707070707080027541AD1': 'deny' }),
    })
    expect(await (await machine({ mac: MAC })).discover('iPXE')).toBeUndefined()
    expect(await (await machine({ mac: OTHER })).discover('iPXE')).toBeDefined()
    expect(server.machines().map(({ stage }) => stage)).toEqual(['ignored', 'offered'])
  })

  it('that changes its mind takes back what a machine was given', async () => {
    let allowed = true
    const { machine, events } = await start({ policy: async () => (allowed ? {} : undefined) })
    const { discover } = await machine({ mac: MAC })
    const scriptUrl = `${await discover('iPXE')}`
    const { config } = urlsOf(await fetchText(scriptUrl))
    allowed = false
    expect(await discover('firmware')).toBeUndefined()
    expect((await fetch(scriptUrl)).status).toBe(404)
    expect((await fetch(config)).status).toBe(404)
    expect(events).toContainEqual(expect.objectContaining({ type: 'ignored', reason: 'denied' }))
  })

  it('that decides otherwise is obeyed at once, also when the machine restarts so soon that it counts as one boot', async () => {
    let cloudConfig = `${CONFIG}hostname: old\n`
    const { machine, clock, events, settle, server } = await start({ policy: () => ({ cloudConfig }) })
    const { discover } = await machine({ mac: MAC })
    const scriptUrl = `${await discover('iPXE')}`
    const old = urlsOf(await fetchText(scriptUrl))
    await fetchText(old.config)
    clock.advance(15_000)
    await discover('iPXE')
    // The same decision in other words.
    expect(urlsOf(await fetchText(scriptUrl))).toEqual(old)
    cloudConfig = `${CONFIG}hostname: corrected\n`
    await discover('iPXE')
    const corrected = urlsOf(await fetchText(scriptUrl))
    expect(await fetchText(corrected.config)).toBe(cloudConfig)
    expect((await fetch(old.config)).status).toBe(404)
    await settle()
    expect(types(events).filter((type) => type === 'seen' || type === 'config')).toEqual(['seen', 'config', 'config'])
    expect(server.machines()).toMatchObject([{ boot: 1, stage: 'config' }])
  })

  it('that changes its mind twice gives what it gave last, and tells of it', async () => {
    let decided: { cloudConfig: string } | undefined = { cloudConfig: `${CONFIG}hostname: old\n` }
    const { machine, events, settle } = await start({ policy: () => decided })
    const { discover } = await machine({ mac: MAC })
    await fetchText(urlsOf(await fetchText(`${await discover('iPXE')}`)).config)
    decided = undefined
    await discover('iPXE')
    decided = { cloudConfig: `${CONFIG}hostname: corrected\n` }
    await fetchText(urlsOf(await fetchText(`${await discover('iPXE')}`)).config)
    await settle()
    expect(types(events).filter((type) => type === 'config')).toEqual(['config', 'config'])
  })

  it('that changes what it decided before, in place, is obeyed too', async () => {
    const setup: { extraCmdline: string } = { extraCmdline: 'site=1' }
    const { machine } = await start({ policy: () => setup })
    const { discover } = await machine({ mac: MAC })
    const scriptUrl = `${await discover('iPXE')}`
    expect(await fetchText(scriptUrl)).toContain(' site=1\n')
    setup.extraCmdline = 'site=2'
    expect(await fetchText(scriptUrl)).toContain(' site=2\n')
  })

  it('that fails is told, and the machine is left alone', async () => {
    const { machine, events } = await start({ policy: () => Promise.reject(new Error('no database')) })
    expect(await (await machine({ mac: MAC })).discover('iPXE')).toBeUndefined()
    expect(events).toMatchObject([
      { type: 'failed', mac: NAME, error: { message: expect.stringContaining('no database') } },
    ])
  })

  it('that gives a config which a node would skip is told', async () => {
    const { machine, events, settle } = await start({ policy: () => ({ cloudConfig: 'hostname: x' }) })
    const { discover } = await machine({ mac: MAC })
    expect((await fetch(`${await discover('iPXE')}`)).status).toBe(500)
    await settle()
    expect(events.at(-1)).toMatchObject({ type: 'failed', mac: NAME, error: { code: 'cloud-config/no-header' } })
  })
})

describe('a machine without an iPXE build', () => {
  it('is told with its architecture, the file and what installs it', async () => {
    const { machine, events, log } = await start()
    expect(await (await machine({ mac: MAC, architecture: 11 })).discover('firmware')).toBeUndefined()
    expect(events[1]).toMatchObject({ type: 'ignored', reason: 'no-firmware', error: { code: 'ipxe/not-found' } })
    const said = log.join('\n')
    for (const word of ['arm64 UEFI', 'ipxe-arm64.efi', 'apt install ipxe']) expect(said).toContain(word)
  })
})

describe('a kernel for another architecture', () => {
  const ARM64 = { ...artifacts, kernel: memorySource('kernel', kernelImageFor(0xaa64)) }

  it.each([
    ['as the kernel says', { artifacts: ARM64 }],
    ['as it was told', { artifacts: { ...artifacts, architecture: 'arm64' } }],
    ['as the policy gives it', { policy: () => ({ artifacts: ARM64 }) }],
  ])('is offered to no machine that cannot run it: %s', async (_how, init) => {
    const { machine, events, log, server, clock } = await start(init)
    const { discover } = await machine({ mac: MAC })
    for (const step of ['firmware', 'firmware', 'iPXE'] as const) {
      expect(await discover(step)).toBeUndefined()
      clock.advance(1_000)
    }
    const error = 'A kernel for x86 BIOS machines expected, one for arm64 found.'
    expect(log).toContain(`DHCP: Not booting ${NAME}: ${error}`)
    expect(log.filter((line) => !line.includes(error))).toEqual([])
    expect(events.slice(0, 2)).toMatchObject([
      { type: 'seen' },
      { type: 'ignored', reason: 'architecture', error: { code: 'netboot/other-architecture', message: error } },
    ])
    expect(server.machines()).toMatchObject([{ stage: 'ignored', error: { message: error } }])
  })

  it('is taken back from a machine that had another one before', async () => {
    let mine: NetbootInit['artifacts'] = artifacts
    const { machine } = await start({ policy: () => ({ artifacts: mine }) })
    const { discover } = await machine({ mac: MAC })
    const scriptUrl = `${await discover('iPXE')}`
    expect((await fetch(scriptUrl)).status).toBe(200)
    mine = ARM64
    expect(await discover('iPXE')).toBeUndefined()
    expect((await fetch(scriptUrl)).status).toBe(404)
  })

  it('is offered where it runs, and where nobody knows', async () => {
    const own = memorySource('kernel', kernelImageFor(0x8664))
    for (const init of [
      { artifacts: { ...artifacts, kernel: own } },
      { artifacts: { ...artifacts, architecture: 'vax' } },
    ]) {
      const { machine } = await start(init)
      expect(await (await machine({ mac: MAC })).discover('iPXE')).toBeDefined()
    }
  })
})

describe('secrets', () => {
  it('are in no event and no line of the log', async () => {
    const { machine, events, log, settle } = await start()
    const { discover } = await machine({ mac: MAC })
    const scriptUrl = `${await discover('iPXE')}`
    const urls = urlsOf(await fetchText(scriptUrl))
    await fetchText(urls.config)
    await fetch(urls.config.replace('other-1', '../other-1'))
    await fetch(urls.config.replace('other-1', 'other-2'))
    await settle()
    expect(types(events)).toContain('refused')
    const told = JSON.stringify(events) + log.join('\n')
    for (const url of [scriptUrl, ...Object.values(urls)])
      expect(told).not.toContain(new URL(url).pathname.split('/')[2])
    expect(told).not.toContain('s3cret')
  })
})

describe('start', () => {
  const fails = async (init: Partial<NetbootInit>) => {
    const bed = await setUp(init)
    beds.push(bed)
    return bed.server.start().then(
      () => undefined,
      (error) => error,
    )
  }
  const { kernel, initrds } = artifacts

  it.each([
    ['a text', memorySource('vmlinuz', '#cloud-config'), /vmlinuz: a Linux kernel expected .* a text found/],
    ['an initrd', memorySource('initrd', '070701xxxx'), /initrd/],
    ['nothing', memorySource('kernel', ''), /an empty file found/],
  ])('refuses %s as a kernel', async (_, wrong, message) => {
    const error = await fails({ artifacts: { kernel: wrong, initrds } })
    expect(error).toMatchObject({ code: 'netboot/not-a-kernel', message: expect.stringMatching(message) })
  })

  it('refuses an empty initrd', async () => {
    const error = await fails({ artifacts: { kernel, initrds: [memorySource('initrd', '')] } })
    expect(error).toMatchObject({ code: 'netboot/invalid-artifact', message: expect.stringContaining('initrd-0') })
  })

  it('refuses a config that nodes would skip', async () => {
    expect(await fails({ cloudConfig: `#cloud-config\n${' '.repeat(2 * 2 ** 20)}` })).toMatchObject({
      code: 'cloud-config/too-large',
    })
  })

  it.each(['a={{ ID "missing" }}', 'a={{ URL "x" }}', 'a={{ .Values }}', 'x'.repeat(3_000)])(
    'refuses the command line %.20s',
    async (cmdline) => {
      expect(await fails({ cmdline })).toMatchObject({ code: 'netboot/invalid-cmdline' })
    },
  )

  it.each(['a || shell', 'a #b c', 'a\u0000b', 'ä'])(
    'refuses the command line %j, which no script could hold',
    async (cmdline) => {
      expect(await fails({ cmdline })).toMatchObject({ code: 'ipxe/invalid-script' })
    },
  )

  it('refuses to serve when there is no iPXE at all', async () => {
    const bed = await setUp()
    beds.push(bed)
    for (const file of ['undionly.kpxe', 'ipxe.efi']) await rm(join(bed.directory, file))
    await expect(bed.server.start()).rejects.toMatchObject({
      code: 'ipxe/not-found',
      hint: expect.stringContaining('apt install'),
    })
  })

  it('refuses an interface that does not exist', async () => {
    expect(await fails({ interfaces: ['eth7'] })).toMatchObject({ code: 'argument/invalid' })
  })

  it('leaves nothing open when one port is taken, and says by whom', async () => {
    const taken = createServer().listen(0, '0.0.0.0')
    await new Promise((resolve) => taken.once('listening', resolve))
    const address = taken.address()
    const http = typeof address === 'object' ? address?.port : undefined
    const error = await fails({ ports: { http: http ?? 0 } })
    expect(error).toMatchObject({
      code: 'network/address-in-use',
      message: expect.stringContaining(`TCP port ${http}`),
    })
    if (process.platform === 'linux') expect(error.message).toContain(`process ${process.pid}`)
    await new Promise((resolve) => taken.close(resolve))
  })
})

it('takes kernels of all architectures', async () => {
  const at = (offset: number, bytes: string) => {
    const image = Buffer.alloc(0x300)
    image.write(bytes, offset, 'latin1')
    return memorySource('kernel', image)
  }
  for (const kernel of [
    at(0x38, 'ARM\x64'),
    at(0x38, 'RSC\x05'),
    at(0, 'MZ'),
    at(0, '\x1f\x8b'),
    memorySource('k', kernelImage()),
  ]) {
    await start({ artifacts: { ...artifacts, kernel } })
  }
})
