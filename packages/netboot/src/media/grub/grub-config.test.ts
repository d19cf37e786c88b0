import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { entryGrubConfig, kernelArguments, liveGrubConfig, quoteForGrub } from './grub-config.js'

const linuxLines = (config: string) => config.split('\n').filter((line) => line.trim().startsWith('linux '))

describe('menu of a live image', () => {
  it('starts the installer by default, from the squashfs on the volume with the label', () => {
    expect(linuxLines(liveGrubConfig())[0]?.trim()).toBe(
      'linux ($root)/boot/kernel cdroot root=live:CDLABEL=COS_LIVE rd.live.dir=/ rd.live.squashimg=rootfs.squashfs ' +
        'net.ifnames=1 console=ttyS0 console=tty1 rd.cos.disable install-mode vga=795 nomodeset selinux=0 ' +
        'rd.live.overlay.overlayfs',
    )
  })

  it('offers what Kairos offers', () => {
    expect(
      [...liveGrubConfig({ title: 'Edge' }).matchAll(/menuentry (.*?) --class/g)].map((match) => match[1]),
    ).toEqual([
      'Edge',
      "'Edge (manual)'",
      "'Edge (interactive install)'",
      "'Edge (remote recovery mode)'",
      "'Edge (boot local node from this medium)'",
      "'Edge (debug)'",
    ])
  })

  it('adds arguments to every entry, and sets no video mode on arm64', () => {
    const config = liveGrubConfig({
      arch: 'arm64',
      extraCmdline: 'one two=2',
      consoleCmdline: 'console=ttyAMA0,115200',
    })
    for (const line of linuxLines(config)) {
      expect(line).toMatch(/ one two=2$/)
      expect(line).not.toMatch(/vga|nomodeset/)
    }
    expect(linuxLines(config)[0]).toContain(' console=ttyAMA0,115200 ')
  })

  it('keeps kernel arguments as they are meant, whatever GRUB makes of their characters', () => {
    expect(kernelArguments('a  b="c d" e=f"g h"i', 'test')).toEqual(['a', 'b=c d', 'e=fg hi'])
    expect(linuxLines(liveGrubConfig({ extraCmdline: 'x=$y;z "note=two words" q=\'' }))[0]).toContain(
      ` 'x=$y;z' 'note=two words' 'q='"'"''`,
    )
  })

  it('lets nobody add a line to the menu', () => {
    for (const value of ['a\nmenuentry evil {', 'a\rb', 'a\0b']) {
      const error = expect.objectContaining({ code: 'argument/invalid' })
      expect(() => liveGrubConfig({ extraCmdline: value })).toThrow(error)
      expect(() => liveGrubConfig({ consoleCmdline: value })).toThrow(error)
      expect(() => liveGrubConfig({ volumeLabel: value })).toThrow(error)
      expect(() => liveGrubConfig({ title: value })).toThrow(error)
      expect(() => entryGrubConfig(value)).toThrow(error)
    }
    expect(() => liveGrubConfig({ extraCmdline: 'a="b' })).toThrow(/an open one found/)
    expect(() => liveGrubConfig({ timeoutSeconds: -1 })).toThrow(/whole seconds/)
  })

  it('quotes any word so that it stays one word', () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: those are refused, see above.
    const word = fc.string({ minLength: 1 }).filter((text) => !/[\u0000-\u001f\u007f]/.test(text))
    fc.assert(
      fc.property(word, (text) => {
        const quoted = quoteForGrub(text)
        // What GRUB's shell makes of it: '...' as it is, "'" in double quotation marks, other characters as they are.
        const read = quoted.replace(/'([^']*)'|"([^"]*)"/g, (_, single, double) => single ?? double)
        expect(read).toBe(text)
      }),
    )
  })
})

describe('first menu', () => {
  it('finds the medium by label, else by the file, and goes on there', () => {
    expect(entryGrubConfig('COS_LIVE')).toBe(
      [
        'search --no-floppy --set=root --label COS_LIVE',
        'if [ ! -f ($root)/boot/grub2/grub.cfg ]; then',
        '    search --no-floppy --set=root --file /boot/grub2/grub.cfg',
        'fi',
        'set prefix=($root)/boot/grub2',
        'configfile ($root)/boot/grub2/grub.cfg',
        '',
      ].join('\n'),
    )
  })
})
