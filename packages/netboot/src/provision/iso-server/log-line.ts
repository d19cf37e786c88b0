import type { HttpEvent } from '../../servers/http/index.js'

/** What asks again and again whether we are well would fill a log. */
const SILENT: ReadonlySet<string> = new Set(['healthz', 'readyz'])

/** A line of the log, in the words of the manual; undefined for what nobody wants to read: parts of files, of which there are thousands. */
export function logLine(event: HttpEvent): { readonly level: 'info' | 'warn'; readonly text: string } | undefined {
  const to = `to ${event.client.address}:${event.client.port}`
  if (event.type === 'refused') return { level: 'info', text: `HTTP: Refused a request: ${event.reason}, ${to}` }
  if (SILENT.has(event.name)) return undefined
  if (event.type === 'failed') {
    return { level: 'warn', text: `HTTP: Could not send "${event.name}" (${event.error.message}) ${to}` }
  }
  if (event.type !== 'sent' || event.method !== 'GET' || event.status !== 200) return undefined
  return { level: 'info', text: `HTTP: Sent ${event.name === '/' ? 'the page' : `file "${event.name}"`} ${to}` }
}
