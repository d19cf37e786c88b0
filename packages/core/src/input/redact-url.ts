/** A URL as it may be shown: without user name, password and query, which often hold secrets. */
export function redactUrl(url: string | URL): string {
  const parsed = typeof url === 'string' ? URL.parse(url) : new URL(url)
  if (!parsed) return 'a URL that cannot be read'
  const query = parsed.search === '' ? '' : '?…'
  const user = parsed.username === '' && parsed.password === '' ? '' : '…@'
  return `${parsed.protocol}//${user}${parsed.host}${parsed.pathname}${query}`
}
