import { KairosError } from '@kairos-sdk/core'

export interface KairosIpxeScriptOptions {
  /** Where kernel, initrd and root file system are, without a slash at the end: `https://example.com/kairos`. */
  readonly url: string
  /** Name of the kernel below `url`. */
  readonly kernel: string
  /** Name of the initial RAM disk below `url`. */
  readonly initrd: string
  /** Name of the root file system (squashfs) below `url`. */
  readonly rootfs: string
  /** URL of the cloud config. Default: none. */
  readonly config?: string | undefined
  /** Further kernel arguments. Default: none. */
  readonly cmdline?: string | undefined
}

/**
 * The iPXE script that starts a Kairos release over the network and installs it, as Kairos publishes it with each release.
 * Values may contain iPXE settings such as `${net0/mac}`, which the machine fills in.
 *
 * @throws KairosError `ipxe/invalid-script` for a value that would not stay what it is in a script: line breaks, other
 *   control characters, words that separate commands or begin a comment
 */
export function kairosIpxeScript(options: KairosIpxeScriptOptions): string {
  const { config, cmdline } = options
  const url = word('url', options.url)
  if (!/^[a-z][a-z0-9+.-]*:\/\/./i.test(url)) {
    throw invalid('url', 'an absolute URL', options.url)
  }
  // The kernel knows the initial RAM disk by the last part of its URL, which iPXE takes as its name.
  if (options.initrd.includes('/')) throw invalid('initrd', 'a name without slashes', options.initrd)
  return [
    '#!ipxe',
    `set url ${url.replace(/\/+$/, '')}`,
    `set kernel ${word('kernel', options.kernel)}`,
    `set initrd ${word('initrd', options.initrd)}`,
    `set rootfs ${word('rootfs', options.rootfs)}`,
    '',
    '# Configure interface',
    'ifconf',
    '',
    config === undefined ? '# set config https://example.com/machine-config' : `set config ${word('config', config)}`,
    cmdline === undefined || cmdline.trim() === ''
      ? '# set cmdline extra.values=1'
      : `set cmdline ${words('cmdline', cmdline)}`,
    // biome-ignore-start lint/suspicious/noTemplateCurlyInString: these are iPXE's settings, not ours.
    'kernel ${url}/${kernel} initrd=${initrd} rd.neednet=1 ip=dhcp rd.cos.disable root=live:${url}/${rootfs} netboot ' +
      'install-mode config_url=${config} console=tty1 console=ttyS0 ${cmdline}',
    'initrd ${url}/${initrd}',
    // biome-ignore-end lint/suspicious/noTemplateCurlyInString: see above.
    'boot',
    '',
  ].join('\n')
}

/** One word of a script: no spaces. */
function word(field: string, value: string): string {
  if (value === '' || /\s/.test(value)) throw invalid(field, 'a value without spaces', value)
  return words(field, value)
}

/**
 * Words of a script, checked. iPXE knows no quotation marks or escapes: what is not a word of its own can only be refused.
 */
export function words(field: string, value: string): string {
  if (!/^[\x20-\x7e]*$/.test(value)) throw invalid(field, 'one line of ASCII text', value)
  const all = value.split(' ')
  const separator = all.find((each) => ['||', '&&', ';'].includes(each))
  if (separator !== undefined)
    throw invalid(field, `a value without the word ${separator}, which ends a command`, value)
  if (all.some((each) => each.startsWith('#')))
    throw invalid(field, 'a value without words that begin with #, where a comment begins', value)
  for (const [expression] of value.matchAll(/\$\{[^}]*\}?/g)) {
    if (/^\$\{[A-Za-z0-9_./:-]+\}$/.test(expression)) continue
    throw invalid(field, 'the name of a setting between braces', value)
  }
  return value.trim()
}

/**
 * Asserts that a text is an iPXE script.
 *
 * @throws KairosError `ipxe/invalid-script`
 */
export function checkIpxeScript(script: string): void {
  if (/^#!ipxe\s/.test(`${script}\n`)) return
  throw invalid('script', 'a first line "#!ipxe"', script.split('\n', 1)[0] ?? '')
}

function invalid(field: string, expected: string, found: string): KairosError {
  return new KairosError('ipxe/invalid-script', `iPXE ${field}: ${expected} expected, ${JSON.stringify(found)} found.`)
}
