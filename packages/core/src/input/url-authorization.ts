/** The header that user name and password of a URL stand for (RFC 7617); none where it has neither. */
export function urlAuthorization({ username, password }: URL): { readonly authorization?: string } {
  if (username === '' && password === '') return {}
  const plain = `${decoded(username)}:${decoded(password)}`
  return { authorization: `Basic ${Buffer.from(plain).toString('base64')}` }
}

/** Without URL encoding. What is none is meant as it is: people write passwords such as `100%` into URLs. */
function decoded(text: string): string {
  return text.replace(/(?:%[\da-f]{2})+/gi, (encoded) => {
    try {
      return decodeURIComponent(encoded)
    } catch {
      return encoded
    }
  })
}
