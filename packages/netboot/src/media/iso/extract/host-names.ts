import { KairosError } from '@kairos-sdk/core'

/**
 * Asserts that each part of a path is a name on this machine, so that joining it to a directory leads nowhere else.
 *
 * @throws KairosError `iso/unsupported`
 */
export function checkHostName(image: string, path: string, platform: NodeJS.Platform = process.platform): void {
  for (const name of path.split('/').slice(1)) {
    const isName = name !== '' && name !== '.' && name !== '..' && !name.includes('\0')
    // On Windows a backslash separates directories, a colon names a drive or a stream, and NUL and COM1 are devices.
    const isWindowsName = !/[\\:]|^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)|[. ]$/i.test(name)
    if (isName && (platform !== 'win32' || isWindowsName)) continue
    throw new KairosError(
      'iso/unsupported',
      `${image}: a name that this system can use expected, ${JSON.stringify(path)} found.`,
      { hint: 'Name the paths that are needed, without this one.' },
    )
  }
}

/**
 * True for a link that may lead out of the tree that it is in. A link that is fine climbs at most to the top, and from
 * there only descends: its way leads through directories and through links of which the same is known. `a/../b` is not,
 * because `a` may be a link itself.
 *
 * @param path - of the link, from the top of the tree
 */
export function leadsOutside(path: string, target: string): boolean {
  if (target === '' || /^[/\\]|^[a-z]:|\0/i.test(target)) return true
  const parts = target.split(/[/\\]/).filter((part) => part !== '' && part !== '.')
  const climbs = parts.findIndex((part) => part !== '..')
  const up = climbs === -1 ? parts.length : climbs
  const depth = path.split('/').filter((part) => part !== '').length - 1
  return up > depth || parts.slice(up).includes('..')
}
