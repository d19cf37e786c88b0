import { KairosError } from '@kairos-sdk/core'
import { words } from '../../media/ipxe/script.js'

/**
 * The kernel's command line that starts a Kairos live system over the network and installs it. Words that name a root file
 * system or a cloud config which is not there are left out.
 */
export const DEFAULT_CMDLINE =
  'rd.live.overlay.overlayfs rd.neednet=1 ip=dhcp rd.cos.disable root=live:{{ ROOTFS }} netboot install-mode ' +
  'config_url={{ CONFIG }} console=tty1 console=ttyS0 console=tty0'

/** What a file is to the machine that fetches it. */
export type FileRole = 'rootfs' | 'config' | 'file'

/** A file that a command line names. */
export interface NamedFile {
  /** The name between the quotation marks of `{{ ID "name" }}`; `undefined` for `{{ ROOTFS }}` and `{{ CONFIG }}`. */
  readonly id: string | undefined
  readonly role: FileRole
}

type Part = string | NamedFile

const ACTION = /\{\{-?\s*(.*?)\s*-?\}\}/g
const ID = /^ID\s+(?:"((?:[^"\\]|\\.)*)"|`([^`]*)`)$/
/** Kernels for x86 take 2,048 bytes with the NUL; those for other machines no fewer. */
export const MAX_CMDLINE_CHARACTERS = 2_047

/** The files that a command line names, in its order, each once: those of `{{ ID "…" }}` have to be given to the server. */
export function filesOfCmdline(template: string): readonly NamedFile[] {
  const found = new Map<string, NamedFile>()
  for (const part of partsOf(template)) {
    // Of a file that is named twice the argument that tells more counts.
    if (typeof part !== 'string' && (part.role !== 'file' || !found.has(keyOf(part)))) found.set(keyOf(part), part)
  }
  return [...found.values()]
}

/**
 * Puts URLs into a command line.
 *
 * @throws KairosError `netboot/invalid-cmdline` for other actions than `{{ ID "…" }}`, `{{ ROOTFS }}` and `{{ CONFIG }}`, and
 *   for a line that is too long; `ipxe/invalid-script` for one that would not stay one line of words in a script
 */
export function renderCmdline(template: string, urlOf: (file: NamedFile) => string): string {
  const line = partsOf(template)
    .map((part) => (typeof part === 'string' ? part : urlOf(part)))
    .join('')
    .replace(/\s+/g, ' ')
    .trim()
  if (line.length > MAX_CMDLINE_CHARACTERS) {
    throw invalid(`at most ${MAX_CMDLINE_CHARACTERS} characters expected, ${line.length} found`)
  }
  return line === '' ? '' : words('cmdline', line)
}

/** {@link DEFAULT_CMDLINE} without the words for what is not there. */
export function defaultCmdline(has: { readonly rootfs: boolean; readonly config: boolean }): string {
  return DEFAULT_CMDLINE.replace(/(\S+\{\{ ROOTFS \}\}) /, has.rootfs ? '$1 ' : '').replace(
    /(\S+\{\{ CONFIG \}\}) /,
    has.config ? '$1 ' : '',
  )
}

export function keyOf({ id, role }: NamedFile): string {
  return id === undefined ? role : `id ${id}`
}

function partsOf(template: string): Part[] {
  const parts: Part[] = []
  let at = 0
  for (const match of template.matchAll(ACTION)) {
    const before = template.slice(at, match.index)
    parts.push(before, fileOf(match[1] ?? '', before))
    at = match.index + match[0].length
  }
  parts.push(template.slice(at))
  return parts
}

function fileOf(action: string, before: string): NamedFile {
  if (action === 'ROOTFS') return { id: undefined, role: 'rootfs' }
  if (action === 'CONFIG') return { id: undefined, role: 'config' }
  const [whole, quoted, raw] = ID.exec(action) ?? []
  if (whole === undefined) {
    throw invalid(`{{ ID "path" }}, {{ ROOTFS }} or {{ CONFIG }} expected, {{ ${action} }} found`)
  }
  // What a file is good for is told by the argument that names it.
  const role = /\broot=live:$/.test(before) ? 'rootfs' : /\bconfig_url=$/.test(before) ? 'config' : 'file'
  return { id: raw ?? (quoted ?? '').replace(/\\(.)/g, '$1'), role }
}

function invalid(problem: string): KairosError {
  return new KairosError('netboot/invalid-cmdline', `Command line: ${problem}.`)
}
