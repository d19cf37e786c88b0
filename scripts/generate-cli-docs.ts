/** `npm run docs:cli`: writes docs/cli.md from the definitions of the commands. */
import { writeFile } from 'node:fs/promises'
import { cliReference } from '@kairos-sdk/cli'

await writeFile(new URL('../docs/cli.md', import.meta.url), cliReference())
