import { lstat, stat } from 'node:fs/promises'
import { trustedOwners } from '../../output/private-directory.js'

/**
 * Says who else can replace what is in a directory. That its subdirectories are private is no help then: they can be moved away,
 * and others put in their places.
 *
 * @returns a sentence for people; `undefined` where only we and root can
 */
export async function whoElseCanReplace(directory: string): Promise<string | undefined> {
  // Windows knows neither owners nor modes.
  if (process.getuid === undefined) return undefined
  const found = await stat(directory)
  const trusted = [...trustedOwners(), 0]
  // Of a link also who can let it lead elsewhere.
  const stranger = [await lstat(directory), found].find(({ uid }) => !trusted.includes(uid))
  if (stranger) return replaceable(directory, `It belongs to user ${stranger.uid}`)
  // In a sticky directory, as /tmp is, each can move what is their own.
  if ((found.mode & 0o1000) !== 0) return undefined
  if ((found.mode & 0o002) !== 0) return replaceable(directory, 'All users can write to it')
  const isGroupOfOthers = (found.mode & 0o020) !== 0 && !trustedGroups().includes(found.gid)
  return isGroupOfOthers ? replaceable(directory, `The group ${found.gid} can write to it`) : undefined
}

/** Many systems give each user a group of their own, and let it write. */
function trustedGroups(): (number | undefined)[] {
  const caller = process.getuid?.() === 0 ? process.env.SUDO_GID : undefined
  return [process.getgid?.(), 0, ...(caller !== undefined && /^\d+$/.test(caller) ? [Number(caller)] : [])]
}

function replaceable(directory: string, why: string): string {
  return `${directory}: other users can replace what machines boot. ${why}. Choose another one with: --set state_dir=DIRECTORY`
}
