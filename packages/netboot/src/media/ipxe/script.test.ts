import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { proxyDhcpScript } from './proxy-dhcp-script.js'
import { checkIpxeScript, kairosIpxeScript } from './script.js'

const release = {
  url: 'https://github.com/kairos-io/kairos/releases/download/v3.6.0',
  kernel: 'kairos-ubuntu-24.04-standard-amd64-generic-v3.6.0-k3sv1.33.5+k3s1-kernel',
  initrd: 'kairos-ubuntu-24.04-standard-amd64-generic-v3.6.0-k3sv1.33.5+k3s1-initrd',
  rootfs: 'kairos-ubuntu-24.04-standard-amd64-generic-v3.6.0-k3sv1.33.5+k3s1.squashfs',
}
const bootLine =
  // biome-ignore lint/suspicious/noTemplateCurlyInString: settings of iPXE.
  'kernel ${url}/${kernel} initrd=${initrd} rd.neednet=1 ip=dhcp rd.cos.disable root=live:${url}/${rootfs} netboot install-mode config_url=${config} console=tty1 console=ttyS0 ${cmdline}'

describe('script of a release', () => {
  it('is the one that Kairos publishes', () => {
    expect(kairosIpxeScript(release)).toBe(
      [
        '#!ipxe',
        `set url ${release.url}`,
        `set kernel ${release.kernel}`,
        `set initrd ${release.initrd}`,
        `set rootfs ${release.rootfs}`,
        '',
        '# Configure interface',
        'ifconf',
        '',
        '# set config https://example.com/machine-config',
        '# set cmdline extra.values=1',
        bootLine,
        // biome-ignore lint/suspicious/noTemplateCurlyInString: settings of iPXE.
        'initrd ${url}/${initrd}',
        'boot',
        '',
      ].join('\n'),
    )
  })

  it('sets the cloud config and further arguments, which may name settings of the machine', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a setting of iPXE.
    const config = 'http://10.0.0.1/${net0/mac}.yaml'
    const script = kairosIpxeScript({ ...release, url: `${release.url}/`, config, cmdline: ' one=1 two="2 3" ' })
    expect(script).toContain(`\nset url ${release.url}\n`)
    expect(script).toContain(`\nset config ${config}\n`)
    expect(script).toContain('\nset cmdline one=1 two="2 3"\n')
  })

  it('never has a line or command more, whatever the values are', () => {
    const value = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('a || reboot', 'a\nreboot', '${x', '#a', 'a #b c'),
    )
    fc.assert(
      fc.property(value, value, value, (kernel, config, cmdline) => {
        let script: string
        try {
          script = kairosIpxeScript({ ...release, kernel, config, cmdline })
        } catch (error) {
          expect(error).toMatchObject({ code: 'ipxe/invalid-script' })
          return
        }
        const lines = script.split('\n')
        expect(lines).toHaveLength(15)
        expect(lines[11]).toBe(bootLine)
        const words = lines.filter((line) => !line.startsWith('#')).flatMap((line) => line.split(' '))
        for (const word of words) expect(word).not.toMatch(/^(\|\||&&|;|#.*)$/)
      }),
      { numRuns: 2000 },
    )
  })

  it.each([
    ['url', 'no-url'],
    ['url', 'https://a b'],
    ['kernel', ''],
    ['kernel', 'a b'],
    ['kernel', 'a\nb'],
    ['initrd', 'boot/initrd'],
    ['rootfs', 'naïve'],
    ['config', 'a\tb'],
    ['cmdline', 'a && b'],
    ['cmdline', 'quiet #lab rd.neednet=1'],
    ['cmdline', '# quiet'],
    ['kernel', '#kernel'],
    ['cmdline', 'a\rb'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a setting of iPXE.
    ['cmdline', '${a b}'],
    ['cmdline', '${open'],
  ])('refuses %s %j', (field, value) => {
    expect(() => kairosIpxeScript({ ...release, [field]: value })).toThrow(
      expect.objectContaining({ code: 'ipxe/invalid-script', message: expect.stringContaining(field) }),
    )
  })

  it('takes a # within a word', () => {
    expect(kairosIpxeScript({ ...release, cmdline: 'a=#b c#d' })).toContain('set cmdline a=#b c#d\n')
  })
})

describe('generic script', () => {
  it('asks as often as it is told, and boots what it is offered', () => {
    const script = proxyDhcpScript({ attempts: 3, pauseSeconds: 0 })
    checkIpxeScript(script)
    expect(script).toContain('set attempts:int32 3\n')
    // biome-ignore lint/suspicious/noTemplateCurlyInString: settings of iPXE.
    expect(script).toContain('\nchain ${filename} ||\n')
  })

  it('jumps only to labels that it has', () => {
    const script = proxyDhcpScript()
    const labels = new Set([...script.matchAll(/^:(\w+)$/gm)].map((match) => match[1]))
    const targets = [...script.matchAll(/goto (\w+)/g)].map((match) => match[1])
    expect(targets.length).toBeGreaterThan(3)
    for (const target of targets) expect(labels).toContain(target)
  })

  it('refuses numbers that make no sense', () => {
    expect(() => proxyDhcpScript({ attempts: 0 })).toThrow(/attempts: 1 to 10000/)
    expect(() => proxyDhcpScript({ pauseSeconds: 0.5 })).toThrow(/pauseSeconds/)
  })
})

describe('a script', () => {
  it('begins with #!ipxe', () => {
    checkIpxeScript('#!ipxe')
    checkIpxeScript('#!ipxe\nshell\n')
    for (const text of ['', 'ipxe', '#!ipxes\n', '#!/bin/sh\n', '\n#!ipxe\n']) {
      expect(() => checkIpxeScript(text)).toThrow(expect.objectContaining({ code: 'ipxe/invalid-script' }))
    }
  })
})
