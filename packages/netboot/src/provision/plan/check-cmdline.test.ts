import { describe, expect, it } from 'vitest'
import { MAX_CMDLINE_CHARACTERS } from '../../servers/boot/cmdline.js'
import { checkCmdline, withoutConfig } from './check-cmdline.js'

const LINE = 'root=live:{{ ROOTFS }} config_url={{ CONFIG }} quiet'
/** Of a URL as long as one can be. */
const URL_CHARACTERS = 'http://255.255.255.255:65535/a/0123456789012345678901/other-00'.length

describe('checkCmdline', () => {
  it('takes a line that names the cloud config only where there is one', () => {
    checkCmdline(LINE, true)
    checkCmdline('quiet', false)
    expect(() => checkCmdline(LINE, false)).toThrow(
      expect.objectContaining({ code: 'netboot/invalid-cmdline', message: expect.stringContaining('{{ CONFIG }}') }),
    )
  })

  it('takes no line that could become too long by a URL', () => {
    const line = (more: number) => `{{ ROOTFS }} ${'x'.repeat(MAX_CMDLINE_CHARACTERS - URL_CHARACTERS - 1 + more)}`
    checkCmdline(line(0), false)
    expect(() => checkCmdline(line(1), false)).toThrow(expect.objectContaining({ code: 'netboot/invalid-cmdline' }))
  })

  it('refuses files of other servers, and what no script could hold', () => {
    expect(() => checkCmdline('{{ ID "x" }}', true)).toThrow(
      expect.objectContaining({ code: 'netboot/invalid-cmdline' }),
    )
    expect(() => checkCmdline('a || b', true)).toThrow(expect.objectContaining({ code: 'ipxe/invalid-script' }))
  })
})

describe('withoutConfig', () => {
  it.each([
    [LINE, 'root=live:{{ ROOTFS }} quiet'],
    ['a  {{- CONFIG -}}', 'a'],
    ['both={{ ROOTFS }},{{ CONFIG }} c', 'c'],
    ['a b', 'a b'],
  ])('leaves of %j %j', (cmdline, left) => {
    expect(withoutConfig(cmdline)).toBe(left)
  })
})
