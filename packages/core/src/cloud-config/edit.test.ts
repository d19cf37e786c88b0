import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { KairosError } from '../errors/index.js'
import { CLOUD_CONFIG_MAX_BYTES } from './check.js'
import { setInstallOptions } from './edit.js'

const codeOf = (run: () => unknown) => {
  try {
    run()
  } catch (error) {
    if (KairosError.is(error)) return error.code
    throw error
  }
  return 'no error'
}

describe('setInstallOptions', () => {
  it('adds keys to the section and keeps comments, order, quotes and odd spacing', () => {
    const text = `#cloud-config
# by hand, do not reorder
users:
- name: 'kairos'      # the user
  passwd:   "kairos"
install:   # where it goes
   # the disk is chosen later
   auto:   true       # yes
hostname: metal-{{ trunc 4 .MachineID }}
`
    expect(setInstallOptions(text, { device: '/dev/sda', reboot: true })).toBe(`#cloud-config
# by hand, do not reorder
users:
- name: 'kairos'      # the user
  passwd:   "kairos"
install:   # where it goes
   device: /dev/sda
   reboot: true
   # the disk is chosen later
   auto:   true       # yes
hostname: metal-{{ trunc 4 .MachineID }}
`)
  })

  it.each([
    [
      'a present key is replaced',
      'install:\n  device: "auto" # any\n  reboot: no\n',
      'install:\n  device: /dev/sda # any\n  reboot: true\n',
    ],
    [
      'a key without a value is filled',
      'install:\n  device:\n  reboot: # later\n',
      'install:\n  device: /dev/sda\n  reboot: true # later\n',
    ],
    [
      'a section without a value is filled',
      'install: # x\na: 1\n',
      'install: # x\n  device: /dev/sda\n  reboot: true\na: 1\n',
    ],
    ['a section of null is filled', 'install: ~\na: 1\n', 'install: { device: /dev/sda, reboot: true }\na: 1\n'],
    ['a missing section is added at the end', 'a: 1\n', 'a: 1\ninstall:\n  device: /dev/sda\n  reboot: true\n'],
    ['a missing last line break is added', 'a: 1', 'a: 1\ninstall:\n  device: /dev/sda\n  reboot: true\n'],
    ['an empty document gets the section', '', 'install:\n  device: /dev/sda\n  reboot: true\n'],
    [
      'the end of the document stays the end',
      'a: 1\n...\n',
      'a: 1\ninstall:\n  device: /dev/sda\n  reboot: true\n...\n',
    ],
    [
      'a flow map is edited as one',
      'install: {auto: true}\n',
      'install: { device: /dev/sda, reboot: true,auto: true}\n',
    ],
    ['an empty flow map too', 'install: {}\n', 'install: { device: /dev/sda, reboot: true }\n'],
    ['a document in braces too', '{a: 1}\n', '{ install: { device: /dev/sda, reboot: true },a: 1}\n'],
    [
      'a block scalar is replaced',
      'install:\n  device: |\n    /dev/x\n  auto: 1\n',
      'install:\n  reboot: true\n  device: /dev/sda\n  auto: 1\n',
    ],
    [
      'a comment after the key stays',
      'install:\n  # first\n\n  auto: 1\n',
      'install:\n  device: /dev/sda\n  reboot: true\n  # first\n\n  auto: 1\n',
    ],
  ])('%s', (_title, before, after) => {
    expect(setInstallOptions(`#cloud-config\n${before}`, { device: '/dev/sda', reboot: true })).toBe(
      `#cloud-config\n${after}`,
    )
  })

  it('keeps CRLF line ends', () => {
    expect(setInstallOptions('#cloud-config\r\na: 1\r\n', { poweroff: true })).toBe(
      '#cloud-config\r\na: 1\r\ninstall:\r\n  poweroff: true\r\n',
    )
  })

  it('does not let a text at the end of the file swallow the section', () => {
    const text = '#cloud-config\nwrite_files:\n- content: |+\n    hello\n\n\n'
    expect(parse(setInstallOptions(text, { reboot: true }))).toEqual({
      write_files: [{ content: 'hello\n\n\n' }],
      install: { reboot: true },
    })
    const open = '#cloud-config\nmotd: |\n  no line break at the end'
    expect(parse(setInstallOptions(open, { reboot: true }))).toEqual({ ...parse(open), install: { reboot: true } })
  })

  it('returns the same text where nothing is to be set', () => {
    expect(setInstallOptions('#cloud-config\na:   1', {})).toBe('#cloud-config\na:   1')
    expect(setInstallOptions('#!/bin/sh\n', {})).toBe('#!/bin/sh\n')
  })

  it('quotes a device that YAML would take for something else', () => {
    for (const device of ['yes', '', 'a: b', '/dev/disk #1', '12', "it's", '/dev/disk/by-id/x:']) {
      expect(parse(setInstallOptions('#cloud-config\n', { device }), { version: '1.1' }).install.device).toBe(device)
    }
  })

  it('makes no config that Kairos would skip for its size', () => {
    const text = `#cloud-config\na: ${'x'.repeat(CLOUD_CONFIG_MAX_BYTES - 30)}\n`
    expect(codeOf(() => setInstallOptions(text, { reboot: true }))).toBe('cloud-config/too-large')
  })

  it('edits a config that uses one anchor very often', () => {
    const text = `#cloud-config\na: &x { b: 1 }\nlist:\n${'- *x\n'.repeat(1_000)}`
    expect(setInstallOptions(text, { reboot: true })).toBe(`${text}install:\n  reboot: true\n`)
  })

  it.each([
    ['#!/bin/sh\n'],
    ['#cloud-config\nx: &x { auto: true }\ninstall: *x\n'],
    ['#cloud-config\ninstall: &x\n  auto: true\ny: *x\n'],
    ['#cloud-config\ninstall: [1]\n'],
    ['#cloud-config\ninstall: yes please\n'],
    ['#cloud-config\ninstall:\n  reboot:\n    when: later\n'],
    ['#cloud-config\ninstall:\n  reboot: &x no\ny: *x\n'],
    ['#cloud-config\nx: &x { install: { auto: true } }\n<<: *x\n'],
  ])('refuses what it cannot set without changing something else: %j', (text) => {
    expect(codeOf(() => setInstallOptions(text, { reboot: true }))).toBe('cloud-config/not-editable')
  })

  it('changes nothing but the keys, whatever the document', () => {
    const value: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom(null, true, 1, 'auto', 'a: b', '# no', 'x\ny\n', '|', ' ', '{{ .MachineID }}'),
        fc.string(),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom('auto', 'device', 'reboot', 'install', 'a b'), tie('value'), { maxKeys: 3 }),
      ),
    })).value
    const document = fc.dictionary(fc.constantFrom('install', 'users', 'stages', 'name'), value, {
      maxKeys: 4,
      noNullPrototype: true,
    })
    const style = fc.record({
      collectionStyle: fc.constantFrom('any' as const, 'flow' as const, 'block' as const),
      indent: fc.constantFrom(2, 4),
      crlf: fc.boolean(),
    })
    const flags = fc.record({ device: fc.string(), reboot: fc.boolean(), poweroff: fc.boolean() }, { requiredKeys: [] })
    fc.assert(
      fc.property(document, style, flags, (document, { crlf, ...style }, flags) => {
        const lf = `#cloud-config\n${stringify(document, style)}`
        const text = crlf ? lf.replaceAll('\n', '\r\n') : lf
        const before = parse(text) ?? {}
        try {
          const after = parse(setInstallOptions(text, flags))
          const none = Object.keys(flags).length === 0
          expect(after ?? {}).toEqual(none ? before : { ...before, install: { ...before.install, ...flags } })
        } catch (error) {
          if (!KairosError.is(error)) throw error
          // Only a section or key that is not a plain setting may be refused.
          expect(error.code).toBe('cloud-config/not-editable')
          const { install } = document as { install?: unknown }
          const isMap = typeof install === 'object' && install !== null && !Array.isArray(install)
          const odd = isMap
            ? Object.values(install).some((entry) => typeof entry === 'object' && entry !== null)
            : install != null
          expect(odd).toBe(true)
        }
      }),
      { numRuns: 500 },
    )
  })
})
