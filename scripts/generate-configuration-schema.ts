/**
 * `npm run docs:schema`: writes docs/auroraboot.schema.json, the JSON Schema of auroraboot's configuration files, from the
 * definition that checks them. Run it after `npm run build`.
 */
import { writeFile } from 'node:fs/promises'
import { configurationJsonSchema } from '@kairos-sdk/netboot/provision'

const file = new URL('../docs/auroraboot.schema.json', import.meta.url)
await writeFile(file, `${JSON.stringify(configurationJsonSchema(), undefined, 2)}\n`)
