/** A file that the page offers. */
export interface ListedFile {
  /** Last part of its URL. */
  readonly name: string
  /** Path of its URL, already escaped. */
  readonly path: string
  /** Bytes; undefined for what is made up when it is asked for. */
  readonly size: number | undefined
  /** What it is for, as a sentence. */
  readonly describe: string
  /** 64 hexadecimal digits, where it is known. */
  readonly sha256?: string | undefined
}

export interface IsoPage {
  /** What system it is: `kairos-ubuntu-24.04-core-amd64-generic-v3.7.2`. */
  readonly title: string
  readonly files: readonly ListedFile[]
  /** Images for single machines, by their names. */
  readonly machines: readonly ListedFile[]
}

/**
 * The page that a browser shows: what there is to download, its checksums, and what to do with it. One document without
 * scripts, styles or pictures of another server: it is also read where there is no internet.
 */
export function isoPage({ title, files, machines }: IsoPage): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
${files.length === 0 ? '<p>No image is ready yet. Load this page again in a moment.</p>' : listOf(files)}
${machines.length === 0 ? '' : `<h2>For one machine each</h2>\n${listOf(machines)}`}
<h2>Put it on a USB stick</h2>
<p>With <a href="https://etcher.balena.io">BalenaEtcher</a>, or on Linux and macOS with:</p>
<pre>dd if=${escapeHtml(shellWord(files.at(-1)?.name ?? machines[0]?.name ?? 'kairos.iso'))} of=/dev/sdX bs=4M</pre>
<p><code>/dev/sdX</code> is the stick, all of which is overwritten. Then let the machine start from it.</p>
</main>
</body>
</html>
`
}

const STYLE = `
:root { font: 16px/1.5 system-ui, sans-serif }
body { margin: 0; padding: 2rem 1rem; background: Canvas; color: CanvasText }
main { max-width: 46rem; margin: 0 auto }
h1 { font-size: 1.4rem; overflow-wrap: anywhere }
h2 { font-size: 1.1rem; margin-top: 2rem }
ul { list-style: none; padding: 0 }
li { border: 1px solid color-mix(in srgb, CanvasText 25%, Canvas); border-radius: .5rem; padding: .75rem 1rem; margin: .5rem 0 }
li a { font-weight: 600; overflow-wrap: anywhere }
.size { float: right; padding-left: 1rem; opacity: .75 }
p, .sum { margin: .25rem 0 }
.sum, pre { font: .8rem/1.5 ui-monospace, monospace; overflow-wrap: anywhere }
.sum { opacity: .75 }
pre { padding: .75rem 1rem; background: color-mix(in srgb, CanvasText 8%, Canvas); border-radius: .5rem; white-space: pre-wrap }
`

function listOf(files: readonly ListedFile[]): string {
  return `<ul>\n${files.map(itemOf).join('\n')}\n</ul>`
}

function itemOf({ name, path, size, describe, sha256 }: ListedFile): string {
  const sum = sha256 === undefined ? '' : `\n<p class="sum">SHA-256 ${escapeHtml(sha256)}</p>`
  const bytes = size === undefined ? '' : `<span class="size">${formatSize(size)}</span>`
  return `<li>${bytes}<a href="${escapeHtml(path)}" download>${escapeHtml(name)}</a>
<p>${escapeHtml(describe)}</p>${sum}</li>`
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const

function formatSize(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10))
  const value = bytes / 1024 ** power
  return `${value >= 100 || power === 0 ? value.toFixed(0) : value.toFixed(1)} ${UNITS[power]}`
}

function shellWord(text: string): string {
  return /^[\w.@%+=:,/-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
