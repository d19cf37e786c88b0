/**
 * Makes an installation ISO for one machine: the ISO of a release, as a file or straight from its server, with the
 * machine's cloud config inside.
 *
 *     node customize-iso.ts kairos.iso|https://… node1.yaml node1.iso
 */
import { checkCloudConfig, isHttpUrl, KairosError, readText } from '@kairos-sdk/core'
import { fileSource, hashSource, httpSource, memorySource } from '@kairos-sdk/netboot'
import { remaster, writeImage } from '@kairos-sdk/netboot/iso'

const [location = 'kairos.iso', configFile = 'config.yaml', output = 'custom.iso'] = process.argv.slice(2)

try {
  const config = await readText(configFile)
  checkCloudConfig(config, configFile)

  const base = isHttpUrl(location) ? await httpSource(location) : await fileSource(location)
  // Nothing is copied yet: this is the base with a few sectors changed. A server could hand it out as it is.
  const image = await remaster(base, { files: new Map([['/config.yaml', memorySource('config.yaml', config)]]) })
  for (const warning of image.warnings) console.warn(warning)

  let told = 0
  await writeImage(image, output, {
    onProgress({ done, total }) {
      const percent = Math.floor((100 * done) / total)
      if (percent < told + 10) return
      told = percent
      console.log(`${percent} %`)
    },
  })
  console.log(`${await hashSource(await fileSource(output), 'sha256')}  ${output}`)
} catch (error) {
  if (!KairosError.is(error)) throw error
  console.error(`${error.code}: ${error.message}\n${error.hint ?? ''}`)
  process.exitCode = 1
}
