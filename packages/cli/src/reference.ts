import { aurorabootProgram } from './auroraboot/program.js'
import { kairosctlProgram } from './kairosctl/program.js'
import { exitCodeReference, programReference } from './runtime/reference-page.js'

const INTRODUCTION = `# Command line

Every option, argument and exit code of the programs of \`@kairos-sdk/cli\`. This page is made from the definitions in the
code by \`npm run docs:cli\`. \`--help\` behind any command shows the same.`

const OUTPUT = `## What the programs say, and where

**For people.** Answers go to standard output and everything else (progress, warnings, QR codes, errors) to standard error,
so that \`kairosctl receive > config.yaml\` gives a config and nothing else. On a terminal each machine has a line that moves;
in a pipe each step is a line of its own. Colours are used on a terminal only, and not when \`NO_COLOR\` is set. An error is
one sentence with what is wrong and, indented, what to do next; \`--verbose\` adds what led to it.

**For programs.** With \`--json\` everything goes to standard output, one JSON object a line:

| \`event\` | When | Fields |
| --- | --- | --- |
| \`started\` | something that takes time begins | \`message\` and, for a machine, \`machine\`, \`fingerprint\`; for a step of \`auroraboot run\`, \`step\` |
| \`progress\` | a step of it, or one percent more | \`phase\`, \`message\`, \`elapsedMs\`, those of \`started\`, and where it is known how far it is \`done\`, \`total\`, \`unit\` |
| \`succeeded\` | it is done | \`message\`, \`elapsedMs\`, for \`register\` also \`peerId\`, for a step \`reused\` (it was there already) |
| \`failed\` | one of several machines or arguments failed | \`code\`, \`message\`, \`hint\`; of a boot in \`error\` |
| \`token\` | \`receive --qr\` has a token to show | \`token\`, \`fingerprint\` |
| \`finding\` | \`doctor\` has looked at something | \`check\`, \`level\` (\`ok\`, \`warning\`, \`problem\`), \`found\`, \`advice\`, \`details\` |
| \`listening\` | machines can boot from now on | \`addresses\`, \`httpPort\` |
| \`ready\` | \`auroraboot run\` has made everything and serves it | \`system\`, \`files\`, \`isoServer\`, \`netboot\`, \`warnings\` |
| \`seen\`, \`offered\`, \`firmware-sent\`, \`script-sent\`, \`kernel\`, \`initrd\`, \`rootfs\`, \`config\`, \`file\` | a machine has come to this step of its boot | \`time\`, \`mac\`, \`uuid\`, \`boot\` and, of a file, \`name\`, \`bytes\`, \`ms\`, \`client\` |
| \`ignored\`, \`refused\` | a machine or a request gets nothing | \`reason\` |
| \`iso-sent\`, \`iso-refused\`, \`iso-failed\` | somebody fetched an ISO file, or could not | \`client\`, \`name\`, \`status\`, \`offset\`, \`bytes\`, \`size\`, \`ms\`; \`reason\`; \`error\` |
| \`log\` | a warning, a note, or a detail (\`--log-level debug\`) | \`level\`, \`message\` |
| \`result\` | the last line of commands that make, send or receive something; of \`register\` also when machines failed, before \`error\` | what was done; of \`register\` \`machines\`, each with its \`status\` and \`peerId\` or \`code\` |
| \`error\` | the last line of a command that failed | \`code\`, \`message\`, \`hint\`; with \`--verbose\` \`causes\` |

Commands that only answer a question (\`token\`, \`qr\`, \`validate\`, \`iso ls\` with a line for each file, \`iso cat\`) print their answer without \`event\`. A token or a
cloud config is in the output only where the command is for printing it.

**Stopping.** Ctrl-C (SIGINT), SIGTERM and SIGHUP stop a command, which leaves nothing half done. A second one ends it at
once.`

/** The reference of the command line in Markdown: docs/cli.md. */
export function cliReference(): string {
  const programs = [programReference(kairosctlProgram()), programReference(aurorabootProgram())]
  return `${[INTRODUCTION, ...programs, OUTPUT, '## Exit codes', exitCodeReference()].join('\n\n')}\n`
}
