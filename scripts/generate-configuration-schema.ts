/**
 * `npm run docs:schema`: writes docs/auroraboot.schema.json, the JSON Schema of auroraboot's configuration files, from the
 * definition that checks them, and the table of keys in docs/configuration.md. Run it after `npm run build`.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { configurationJsonSchema } from '@kairos-sdk/netboot/provision'
import { configurationTable, TABLE_BEGINS, TABLE_ENDS } from './configuration-table.ts'

const docs = (name: string) => new URL(`../docs/${name}`, import.meta.url)
const schema = configurationJsonSchema()
await writeFile(docs('auroraboot.schema.json'), `${JSON.stringify(schema, undefined, 2)}\n`)

const page = await readFile(docs('configuration.md'), 'utf8')
const [before = ''] = page.split(TABLE_BEGINS)
const [, after = ''] = page.split(TABLE_ENDS)
await writeFile(docs('configuration.md'), `${before}${TABLE_BEGINS}${configurationTable(schema)}${TABLE_ENDS}${after}`)
