import { KairosError } from '@kairos-sdk/core'

/** Where the live system's menu lies in an image. */
export const GRUB_CONFIG_PATH = '/boot/grub2/grub.cfg'

export interface LiveMenuOptions {
  /** Label of the volume that the live system looks for. Default `COS_LIVE`. */
  readonly volumeLabel?: string
  /** Architecture of the machine. Default `amd64`. */
  readonly arch?: 'amd64' | 'arm64'
  /** Kernel arguments added to each entry: `nmi_watchdog=0 "note=two words"`. Default none. */
  readonly extraCmdline?: string
  /** Console arguments of each entry. Default `console=ttyS0 console=tty1`. */
  readonly consoleCmdline?: string
  /** Until the first entry starts. Default 10 seconds; 0 starts it at once. */
  readonly timeoutSeconds?: number
  /** Name in front of each entry. Default `Kairos`. */
  readonly title?: string
}

interface LiveEntry {
  readonly suffix: string
  readonly args: readonly string[]
  /** Replaces the console arguments. */
  readonly console?: string
}

/** What Kairos offers when an installation medium starts; the first one is the default. */
const ENTRIES: readonly LiveEntry[] = [
  { suffix: '', args: ['rd.cos.disable', 'install-mode'] },
  { suffix: ' (manual)', args: ['rd.cos.disable'] },
  { suffix: ' (interactive install)', args: ['rd.cos.disable', 'install-mode-interactive'] },
  { suffix: ' (remote recovery mode)', args: ['rd.cos.disable', 'kairos.remote_recovery_mode'] },
  { suffix: ' (boot local node from this medium)', args: ['kairos.boot_live_mode'] },
  {
    suffix: ' (debug)',
    args: ['rd.cos.disable', 'rd.debug', 'rd.shell', 'rd.immucore.debug'],
    console: 'console=tty0',
  },
]

/**
 * GRUB's menu for a Kairos live image: `/boot/kernel` and `/boot/initrd`, the root file system in `/rootfs.squashfs`.
 *
 * @throws KairosError `argument/invalid` for arguments with line breaks or an open quotation mark
 */
export function liveGrubConfig(options: LiveMenuOptions = {}): string {
  const { volumeLabel = 'COS_LIVE', arch = 'amd64', timeoutSeconds = 10, title = 'Kairos' } = options
  const live = ['cdroot', `root=live:CDLABEL=${volumeLabel}`, 'rd.live.dir=/', 'rd.live.squashimg=rootfs.squashfs']
  // Without a mode set by the firmware, some x86 servers show nothing after the menu.
  const video = arch === 'amd64' ? ['vga=795', 'nomodeset'] : []
  const extra = kernelArguments(options.extraCmdline ?? '', 'extra kernel arguments')
  if (!Number.isInteger(timeoutSeconds) || timeoutSeconds < 0) {
    throw new KairosError('argument/invalid', `GRUB timeout: whole seconds expected, ${timeoutSeconds} found.`)
  }
  const lines = [
    ...findRoot(volumeLabel, '/boot/kernel'),
    'set default=0',
    `set timeout=${timeoutSeconds}`,
    'set timeout_style=menu',
    '',
  ]
  for (const entry of ENTRIES) {
    const consoles = kernelArguments(
      entry.console ?? options.consoleCmdline ?? 'console=ttyS0 console=tty1',
      'console arguments',
    )
    const common = ['net.ifnames=1', ...consoles, ...entry.args, ...video, 'selinux=0', 'rd.live.overlay.overlayfs']
    const args = [...live, ...common, ...extra].map(quoteForGrub).join(' ')
    lines.push(
      `menuentry ${quoteForGrub(title + entry.suffix)} --class os --unrestricted {`,
      '    echo "Loading kernel..."',
      `    linux ($root)/boot/kernel ${args}`,
      '    echo "Loading initrd..."',
      '    initrd ($root)/boot/initrd',
      '}',
      '',
    )
  }
  return lines.join('\n')
}

/**
 * What GRUB runs first, from its own image or the EFI system partition: it finds the medium and goes on with the menu
 * there.
 *
 * @throws KairosError `argument/invalid` for a label with line breaks
 */
export function entryGrubConfig(volumeLabel: string, menuPath: string = GRUB_CONFIG_PATH): string {
  const directory = menuPath.slice(0, menuPath.lastIndexOf('/'))
  return [
    ...findRoot(volumeLabel, menuPath),
    `set prefix=($root)${quoteForGrub(directory)}`,
    `configfile ($root)${quoteForGrub(menuPath)}`,
    '',
  ].join('\n')
}

/** By label, since another disk may have such a file too; by file where the label was changed. */
function findRoot(volumeLabel: string, file: string): string[] {
  return [
    `search --no-floppy --set=root --label ${quoteForGrub(volumeLabel)}`,
    `if [ ! -f ($root)${quoteForGrub(file)} ]; then`,
    `    search --no-floppy --set=root --file ${quoteForGrub(file)}`,
    'fi',
  ]
}

/**
 * Splits kernel arguments as the kernel does: at spaces, but not inside double quotation marks, which GRUB adds again
 * around an argument with spaces.
 *
 * @throws KairosError `argument/invalid`
 */
export function kernelArguments(cmdline: string, what: string): string[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters would end the line of the menu.
  if (/[\u0000-\u0008\u000a-\u001f\u007f]/.test(cmdline)) {
    throw new KairosError('argument/invalid', `${what}: one line of text expected, control characters found.`)
  }
  if ((cmdline.match(/"/g)?.length ?? 0) % 2 === 1) {
    throw new KairosError('argument/invalid', `${what}: quotation marks in pairs expected, an open one found.`)
  }
  return [...cmdline.matchAll(/(?:[^\s"]|"[^"]*")+/g)].map(([argument]) => argument.replaceAll('"', ''))
}

/**
 * A word for GRUB's shell, which knows `$`, `;`, quotation marks and more (GRUB manual, "Shell-like scripting").
 *
 * @throws KairosError `argument/invalid` for control characters
 */
export function quoteForGrub(word: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a line break would end the command.
  if (/[\u0000-\u001f\u007f]/.test(word)) {
    throw new KairosError(
      'argument/invalid',
      `GRUB menu: text without control characters expected, ${JSON.stringify(word)} found.`,
    )
  }
  return /^[A-Za-z0-9_.,:/=+@%-]+$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`
}
