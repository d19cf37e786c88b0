import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readConfiguration } from '../configuration/index.js'
import type { PlanOptions } from './plan-options.js'
import { EMPTY_CLOUD_CONFIG, planProvision } from './plan-provision.js'

const CONFIG = '#cloud-config\nhostname: "[[ .name ]]"\npassword: s3cret\n'
const RELEASE = ['release_version=v3.7.2', 'flavor=ubuntu', 'flavor_release=24.04']
const NAME = 'kairos-ubuntu-24.04-core-amd64-generic-v3.7.2'
const OLD_RELEASE = ['release_version=v1.5.0', 'flavor=rockylinux']
const IMAGE = ['container_image=quay.io/kairos/ubuntu:24.04']
const MACHINES = `mac,name,password
08:00:27:54:1a:d1,node 1,one
08:00:27:54:1a:d2,,two
`
const BASE = 'https://github.com/kairos-io/kairos/releases/download'

describe('planProvision', () => {
  let directory: string
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'kairos-plan-'))
  })
  afterEach(() => rm(directory, { recursive: true }))

  const plan = async (set: string[], options: PlanOptions = {}, cloudConfig: string | undefined = CONFIG) => {
    const text = JSON.stringify({ state_dir: '/state', ...(cloudConfig && { cloud_config: cloudConfig }) })
    return planProvision(await readConfiguration({ text, set: ['name=all', ...set] }), options)
  }
  const stepsOf = async (...set: string[]) => (await plan(set)).steps.map(({ id }) => id)

  it('fetches the ISO of a release once, for all that is made of it', async () => {
    const { steps, system } = await plan(RELEASE)
    expect(system).toBe(NAME)
    expect(steps.map(({ id }) => id)).toEqual([
      ...['iso-server', 'netboot-check', 'state', 'cloud-config', 'download', 'iso', 'custom-iso'],
      ...['custom-checksum', 'netboot-files', 'netboot'],
    ])
    const url = `${BASE}/v3.7.2/${NAME}.iso`
    expect(steps.flatMap(({ downloads }) => downloads)).toEqual([url, `${url}.sha256`])
    expect(steps.flatMap(({ writes }) => writes)).toEqual([
      '/state/iso/config.yaml',
      '/state/cache/',
      ...['', '.sha256', '.custom.iso', '.custom.iso.sha256'].map((ending) => `/state/iso/kairos.iso${ending}`),
    ])
    expect(steps.flatMap(({ serves }) => serves)).toEqual([
      'http://*:8080/',
      ...['', '.sha256', '.custom.iso', '.custom.iso.sha256'].map((ending) => `http://*:8080/kairos.iso${ending}`),
      expect.stringMatching(/^udp port 67: /),
      expect.stringMatching(/^udp port 4011: /),
      expect.stringMatching(/^udp port 69: /),
      expect.stringMatching(/^tcp port 8090: /),
    ])
  })

  it('tells no login of the server of the releases', async () => {
    for (const release of [RELEASE, OLD_RELEASE]) {
      const { steps } = await plan([...release, 'disable_iso=true', 'release_server=https://me:sesame@mirror.example'])
      const downloads = steps.flatMap((step) => step.downloads)
      expect(downloads).toContainEqual(expect.stringMatching(/^https:\/\/…@mirror\.example\//))
      expect(downloads.join()).not.toContain('sesame')
    }
  })

  it('needs no more of the custom ISO than the download, and of network boot neither', async () => {
    const { steps } = await plan(RELEASE)
    const needs = (id: string) => steps.find((step) => step.id === id)?.needs.map((step) => step.id)
    expect(needs('custom-iso')).toEqual(['state', 'download', 'iso-server'])
    expect(needs('netboot-files')).toEqual(['download'])
    expect(needs('iso-server')).toEqual([])
  })

  it('without an ISO fetches the separate files of a release that has them, else boots out of the ISO in the cache', async () => {
    expect(await stepsOf(...RELEASE, 'disable_iso=true')).toEqual([
      ...['netboot-check', 'state', 'download', 'netboot-files', 'netboot'],
    ])
    const { steps } = await plan([...OLD_RELEASE, 'disable_iso=true'])
    expect(steps.map(({ id }) => id)).toEqual(['netboot-check', 'state', 'netboot-files', 'netboot'])
    const files = ['-kernel', '-initrd', '.squashfs'].map((end) => `${BASE}/v1.5.0/core-rockylinux-v1.5.0${end}`)
    expect(steps.flatMap(({ downloads }) => downloads)).toEqual(files.flatMap((url) => [url, `${url}.sha256`]))
  })

  it('builds one ISO of an image, and boots out of that', async () => {
    const { steps } = await plan(IMAGE)
    expect(steps.map(({ id }) => id)).toEqual([
      ...['iso-server', 'netboot-check', 'state', 'cloud-config', 'iso', 'custom-iso', 'custom-checksum'],
      ...['netboot-files', 'netboot'],
    ])
    expect(steps.flatMap(({ downloads }) => downloads)).toEqual(['quay.io/kairos/ubuntu:24.04'])
    expect(steps.find(({ id }) => id === 'netboot-files')?.writes).toEqual([])
  })

  it('without an ISO packs an image for network boot only', async () => {
    const { steps } = await plan([...IMAGE, 'disable_iso=true'])
    expect(steps.map(({ id }) => id)).toEqual(['netboot-check', 'state', 'netboot-files', 'netboot'])
    expect(steps.flatMap(({ writes }) => writes)).toEqual(['/state/netboot/kairos.squashfs'])
  })

  it('starts no server that is disabled', async () => {
    expect(await stepsOf(...RELEASE, 'disable_netboot=true', 'disable_http_server=true')).toEqual([
      ...['state', 'cloud-config', 'download', 'iso', 'custom-iso', 'custom-checksum'],
    ])
    await expect(plan([...RELEASE, 'disable_netboot=true', 'disable_iso=true'])).rejects.toMatchObject({
      code: 'configuration/invalid',
    })
  })

  it('gives machines an empty cloud config where there is none, unless that is not wanted', async () => {
    const empty = await plan(RELEASE, {}, '')
    expect(empty.cloudConfig).toBe(EMPTY_CLOUD_CONFIG)
    expect(empty.warnings).toEqual([expect.stringMatching(/interactive installer/)])
    expect(empty.steps.map(({ id }) => id)).toContain('custom-iso')
    const none = await plan([...RELEASE, 'no_default_cloud_config=true'], {}, '')
    expect(none.cloudConfig).toBeUndefined()
    expect(none.steps.map(({ id }) => id)).not.toContain('custom-iso')
    const overlay = await plan([...RELEASE, 'no_default_cloud_config=true', `iso.overlay_iso=${directory}`], {}, '')
    expect(overlay.steps.map(({ id }) => id)).toContain('custom-iso')
  })

  it('names the ISO files as asked', async () => {
    const now = new Date(2026, 10, 21)
    const nameOf = async (...set: string[]) =>
      (await plan([...RELEASE, ...set], { now })).steps.find(({ id }) => id === 'iso')?.writes[0]
    expect(await nameOf('iso.name=edge')).toBe('/state/iso/edge.iso')
    expect(await nameOf('iso.name=edge', 'iso.include_date=true')).toBe('/state/iso/edge.20261121.iso')
    expect(await nameOf('iso.override_name=own.iso', 'iso.include_date=true')).toBe('/state/iso/own.iso')
  })

  it('refuses for a release what would have to go into its root file system or menu', async () => {
    for (const key of [`iso.overlay_rootfs=${directory}`, 'iso.extend-live-cmdline=quiet', 'iso.live_console=ttyS0']) {
      await expect(plan([...RELEASE, key])).rejects.toMatchObject({ code: 'configuration/unsupported' })
      expect((await plan([...IMAGE, key])).warnings).toEqual([])
    }
  })

  it('tells of directories and command lines that cannot be used before anything is fetched', async () => {
    await writeFile(join(directory, 'file'), '')
    const wrong = [`iso.overlay_iso=${directory}/none`, `iso.overlay_iso=${directory}/file`]
    for (const key of wrong) {
      await expect(plan([...RELEASE, key])).rejects.toMatchObject({
        code: 'input/not-found',
        message: expect.stringContaining('iso.overlay_iso'),
      })
    }
    await expect(plan([...RELEASE, 'netboot.cmdline={{ ID "own" }}'])).rejects.toMatchObject({
      code: 'netboot/invalid-cmdline',
    })
    const cmdline = 'netboot.cmdline=root=live:{{ ROOTFS }} config_url={{ CONFIG }}'
    const withoutConfig = ['no_default_cloud_config=true', cmdline]
    await expect(plan([...RELEASE, ...withoutConfig], {}, '')).rejects.toMatchObject({
      code: 'netboot/invalid-cmdline',
    })
    await plan([...RELEASE, ...withoutConfig, 'disable_netboot=true'], {}, '')
    await expect(plan([...RELEASE, 'listen_addr=:8090'])).rejects.toMatchObject({ code: 'configuration/invalid' })
    await expect(plan(['container_image=http://host/image'])).rejects.toMatchObject({ code: 'image/invalid-reference' })
  })

  it('says which keys are of no use because of another', async () => {
    const { warnings } = await plan([...RELEASE, 'disable_iso=true', 'iso.name=edge'])
    expect(warnings).toEqual(['disable_iso takes over: iso.name not used'])
  })

  it('serves an image for each machine of the table, or writes it', async () => {
    const table = join(directory, 'machines.csv')
    await writeFile(table, MACHINES)
    const set = [...RELEASE, `machines=${table}`]
    const served = await plan(set)
    expect(served.machines.map(({ name }) => name)).toEqual(['node 1', '08-00-27-54-1a-d2'])
    expect(served.steps.find(({ id }) => id === 'machine-isos')?.serves[0]).toBe('/machines/node%201.iso')
    const written = await plan(set, { machineIsos: 'files' })
    expect(written.steps.find(({ id }) => id === 'machine-isos')?.writes.slice(0, 2)).toEqual([
      '/state/iso/machines/node 1.iso',
      '/state/iso/machines/node 1.iso.sha256',
    ])
    expect(written.steps.find(({ id }) => id === 'machine-isos')?.serves).toEqual([
      '/machines/node%201.iso',
      '/machines/08-00-27-54-1a-d2.iso',
    ])
    const offline = await plan([...set, 'disable_netboot=true', 'disable_http_server=true'])
    const ofMachines = offline.steps.find(({ id }) => id === 'machine-isos')
    expect([ofMachines?.writes.length, ofMachines?.serves]).toEqual([4, []])
    expect((await plan(set, { machineIsos: 'none' })).steps.map(({ id }) => id)).not.toContain('machine-isos')
    const without = await plan([...set, 'disable_http_server=true'], { machineIsos: 'served' })
    expect(without.warnings).toEqual([expect.stringMatching(/^No images for single machines/)])
  })

  it('tells what it would remove, and removes nothing', async () => {
    await mkdir(join(directory, 'iso'))
    await writeFile(join(directory, 'iso/config.yaml'), CONFIG)
    const set = [...RELEASE, `state_dir=${directory}`]
    const removes = async (...more: string[]) =>
      (await plan([...set, ...more], {}, '')).steps.flatMap((step) => step.removes)
    expect(await removes('no_default_cloud_config=true')).toEqual([join(directory, 'iso/config.yaml')])
    expect(await removes('no_default_cloud_config=true', 'disable_iso=true')).toEqual([])
    expect(await removes()).toEqual([])
    expect(await readdir(join(directory, 'iso'))).toEqual(['config.yaml'])
  })

  it('names the machine whose cloud config cannot be rendered, and two machines whose files would have one name', async () => {
    const config = '#cloud-config\nhostname: [[ index .list 3 ]]\n'
    const machines = (names: string[]) =>
      names.map((name, line) => ({ name, values: { name, list: ['a'] }, line: line + 2 }))
    await expect(plan([...RELEASE, 'machines=none.csv'], { machines: machines(['a']) }, config)).rejects.toMatchObject({
      code: 'template/invalid',
      lines: [expect.stringContaining('machines, line 2 (a)'), expect.stringContaining('[[ index .list 3 ]]')],
    })
    const clash = [...machines(['08-00-27-54-1a-d1']), { mac: '08:00:27:54:1a:d1', values: {}, line: 9 }]
    await expect(plan(RELEASE, { machines: clash })).rejects.toMatchObject({
      code: 'configuration/invalid',
      message: expect.stringContaining('line 9'),
    })
    await expect(plan(RELEASE, { machines: machines(['a']) }, '')).rejects.toMatchObject({
      code: 'configuration/invalid',
    })
  })

  it('takes a command line that names the cloud config where only machines of the table have one', async () => {
    const table = join(directory, 'machines.csv')
    await writeFile(table, 'name,disk\nnode-1,/dev/sda\n')
    const set = [...RELEASE, `machines=${table}`, 'netboot.cmdline=config_url={{ CONFIG }}']
    const config = '#cloud-config\ndisk: [[ required "no disk" .disk ]]\n'
    // Machines without an address cannot be given theirs over the network.
    await expect(plan(set, {}, config)).rejects.toMatchObject({ code: 'netboot/invalid-cmdline' })
    await writeFile(table, 'mac,disk\n08:00:27:54:1a:d1,/dev/sda\n')
    expect((await plan(set, {}, config)).cloudConfig).toBeUndefined()
  })

  it('has no secret in what it shows of steps', async () => {
    const { steps, warnings } = await plan(RELEASE, {
      machines: [{ name: 'a', values: { name: 'of-a' }, line: 1 }],
    })
    const shown = steps.map(({ id, title, downloads, writes, serves }) => ({ id, title, downloads, writes, serves }))
    expect(JSON.stringify({ shown, warnings })).not.toMatch(/s3cret|of-a/)
  })
})
