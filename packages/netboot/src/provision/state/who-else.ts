import { lstat, readFile, realpath, stat } from 'node:fs/promises'
import { trustedOwners } from '../../output/private-directory.js'

/**
 * Says who else can replace what is in a directory. That its subdirectories are private is no help then: they can be moved away,
 * and others put in their places.
 *
 * @returns a sentence for people; `undefined` where only we and root can, and for what is mounted there
 */
export async function whoElseCanReplace(directory: string): Promise<string | undefined> {
  // Windows knows neither owners nor modes.
  if (process.getuid === undefined) return undefined
  const [itself, found] = await Promise.all([lstat(directory), stat(directory)])
  // Who may mount has chosen it: a user's directory in a container of root, for the most part.
  if (!itself.isSymbolicLink() && (await isMountPoint(directory))) return undefined
  const trusted = [...trustedOwners(), 0]
  // Of a link also who can let it lead elsewhere.
  const stranger = [itself, found].find(({ uid }) => !trusted.includes(uid))
  if (stranger) return replaceable(directory, `It belongs to user ${stranger.uid}`)
  // In a sticky directory, as /tmp is, each can move what is their own.
  if ((found.mode & 0o1000) !== 0) return undefined
  if ((found.mode & 0o002) !== 0) return replaceable(directory, 'All users can write to it')
  const isGroupOfOthers = (found.mode & 0o020) !== 0 && !trustedGroups().includes(found.gid)
  return isGroupOfOthers ? replaceable(directory, `The group ${found.gid} can write to it`) : undefined
}

/** As /proc tells, where there is such (proc(5), mountinfo, field 5: characters that would divide fields are in octal). */
async function isMountPoint(directory: string): Promise<boolean> {
  const path = await realpath(directory)
  const mounts = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '')
  const pathOf = (line: string) =>
    (line.split(' ')[4] ?? '').replace(/\\([0-7]{3})/g, (_, octal: string) =>
      String.fromCharCode(Number.parseInt(octal, 8)),
    )
  return mounts.split('\n').some((line) => pathOf(line) === path)
}

/** Many systems give each user a group of their own, and let it write. */
function trustedGroups(): (number | undefined)[] {
  const caller = process.getuid?.() === 0 ? process.env.SUDO_GID : undefined
  return [process.getgid?.(), 0, ...(caller !== undefined && /^\d+$/.test(caller) ? [Number(caller)] : [])]
}

function replaceable(directory: string, why: string): string {
  return `${directory}: other users can replace what machines boot. ${why}. Choose another one with: --set state_dir=DIRECTORY`
}
