import { chmod, chown, lchown, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { stateStep } from '../plan/state-step.js'
import { runSteps } from '../steps/index.js'
import { statePaths } from './state-paths.js'
import { whoElseCanReplace } from './who-else.js'

// Windows knows neither owners nor modes.
describe.skipIf(process.platform === 'win32')('whoElseCanReplace', () => {
  let directory: string
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'kairos-who-else-'))
    vi.stubEnv('SUDO_UID', undefined)
    vi.stubEnv('SUDO_GID', undefined)
  })
  afterEach(async () => {
    vi.unstubAllEnvs()
    vi.restoreAllMocks()
    await rm(directory, { recursive: true })
  })

  it('says nothing of a directory to which only its owner writes, or its group, or all that keep to their own', async () => {
    for (const mode of [0o700, 0o755, 0o775, 0o1777]) {
      await chmod(directory, mode)
      expect(await whoElseCanReplace(directory)).toBeUndefined()
    }
  })

  it('says of one to which all can write that they can replace what machines boot', async () => {
    await chmod(directory, 0o777)
    expect(await whoElseCanReplace(directory)).toMatch(/^\/.*: other users can replace .* All users can write to it\./)
  })

  describe('for root', () => {
    const user = process.getuid?.() || 65_534
    const group = process.getgid?.() || 65_534
    beforeEach(async () => {
      // Only root can give files away; for others, who are told that they are root, their own are those of somebody else.
      if (process.getuid?.() === 0) await chown(directory, user, group)
      vi.spyOn(process, 'getuid').mockReturnValue(0)
      vi.spyOn(process, 'getgid').mockReturnValue(0)
    })

    it('names the owner, unless that is the user who called sudo', async () => {
      expect(await whoElseCanReplace(directory)).toContain(`It belongs to user ${user}.`)
      vi.stubEnv('SUDO_UID', String(user))
      expect(await whoElseCanReplace(directory)).toBeUndefined()
    })

    it('names the owner of a link, who can let it lead elsewhere', async () => {
      const link = join(directory, 'link')
      await symlink('/', link)
      await lchown(link, user, group)
      expect(await whoElseCanReplace('/')).toBeUndefined()
      expect(await whoElseCanReplace(link)).toContain(`It belongs to user ${user}.`)
    })

    it('names a group that can write, unless it is that of the user who called sudo', async () => {
      vi.stubEnv('SUDO_UID', String(user))
      await chmod(directory, 0o770)
      expect(await whoElseCanReplace(directory)).toContain(`The group ${group} can write to it.`)
      vi.stubEnv('SUDO_GID', String(group))
      expect(await whoElseCanReplace(directory)).toBeUndefined()
    })
  })

  it('is a warning of the run, which goes on', async () => {
    await chmod(directory, 0o777)
    const warnings: string[] = []
    const step = await stateStep(statePaths(directory), [], undefined)
    const results = await runSteps([step], {
      onEvent: (event) => void (event.type === 'warning' && warnings.push(event.message)),
    })
    await results.of(step).release()
    expect(warnings).toEqual([expect.stringContaining('other users can replace')])
  })
})
