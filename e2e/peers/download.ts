/**
 * Fetches the ISO of a release, or a plain file, in a process of its own, which a test can kill.
 *
 *     node --import tsx download.ts release BASE-URL VERSION FLAVOR STATE-DIRECTORY
 *     node --import tsx download.ts file URL PATH
 */
import { fetchReleaseIso, openCache, transferToFile } from '../../packages/netboot/src/sources/index.js'

const [what, ...args] = process.argv.slice(2)
if (what === 'release') {
  const [baseUrl, releaseVersion, flavor = '', stateDirectory = ''] = args
  const cache = await openCache(stateDirectory)
  const { iso, origin } = await fetchReleaseIso({ baseUrl, releaseVersion, flavor, flavorRelease: '1' }, { cache })
  console.log(JSON.stringify({ path: iso.path, origin }))
} else {
  const [url = '', path = ''] = args
  console.log(JSON.stringify(await transferToFile({ url }, path)))
}
