/** The header that user name and password of a URL stand for (RFC 7617); none where it has neither. */
export function urlAuthorization({ username, password }: URL): { readonly authorization?: string } {
  if (username === '' && password === '') return {}
  const plain = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return { authorization: `Basic ${Buffer.from(plain).toString('base64')}` }
}
