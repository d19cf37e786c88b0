import { describe, expect, it } from 'vitest'
import { memorySource } from '../../bytes/memory-source.js'
import type { MachineSetup } from './netboot-init.js'
import { isSameSetup } from './same-setup.js'

const [kernel, initrd, more, rootfs] = ['kernel', 'initrd', 'more', 'rootfs'].map((name) => memorySource(name, name))
if (!kernel || !initrd || !more || !rootfs) throw new Error('No sources.')
const artifacts = { kernel, initrds: [initrd], rootfs, files: new Map([['/a', more]]) }
const setup: MachineSetup = { cloudConfig: '#cloud-config\n', cmdline: 'a', extraCmdline: 'b', artifacts }

describe('two decisions', () => {
  it('are the same when they say the same, in other objects too', () => {
    expect(isSameSetup({}, {})).toBe(true)
    const again = { ...artifacts, initrds: [...artifacts.initrds], files: new Map(artifacts.files) }
    expect(isSameSetup(setup, { ...setup, artifacts: again })).toBe(true)
    expect(
      isSameSetup({ artifacts: { kernel, initrds: [] } }, { artifacts: { kernel, initrds: [], files: new Map() } }),
    ).toBe(true)
  })

  it.each<[string, MachineSetup]>([
    ['config', { cloudConfig: '#cloud-config\nhostname: other\n' }],
    ['config, gone', { cloudConfig: undefined }],
    ['command line', { cmdline: 'c' }],
    ['further arguments', { extraCmdline: 'c' }],
    ['artifacts, gone', { artifacts: undefined }],
    ['kernel', { artifacts: { ...artifacts, kernel: more } }],
    ['further initrd', { artifacts: { ...artifacts, initrds: [initrd, more] } }],
    ['other initrd', { artifacts: { ...artifacts, initrds: [more] } }],
    ['root file system', { artifacts: { ...artifacts, rootfs: more } }],
    ['file', { artifacts: { ...artifacts, files: new Map([['/a', rootfs]]) } }],
    ["file's name", { artifacts: { ...artifacts, files: new Map([['/b', more]]) } }],
    ['further file', { artifacts: { ...artifacts, files: new Map([...artifacts.files, ['/b', rootfs]]) } }],
  ])('differ by the %s', (_what, change) => {
    expect(isSameSetup(setup, { ...setup, ...change })).toBe(false)
    expect(isSameSetup({ ...setup, ...change }, setup)).toBe(false)
  })
})
