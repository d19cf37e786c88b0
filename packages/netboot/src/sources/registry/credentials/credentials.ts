/** What somebody proves to a registry who they are with. Never put into messages or logs. */
export type Credentials =
  | { readonly kind: 'password'; readonly username: string; readonly password: string }
  /** An OAuth 2 refresh token, which the registry's token server exchanges. */
  | { readonly kind: 'identity-token'; readonly token: string }
  /** Sent to the registry as it is. */
  | { readonly kind: 'registry-token'; readonly token: string }

/** The name under which helpers and old logins keep this one for identity tokens. */
const TOKEN_USERNAME = '<token>'

/** A login: user name and secret, where some user name says that the secret is a token. */
export function credentialsOfLogin(username: string, secret: string): Credentials {
  return username === TOKEN_USERNAME
    ? { kind: 'identity-token', token: secret }
    : { kind: 'password', username, password: secret }
}

/** The value of an `Authorization` header of the Basic scheme (RFC 7617). */
export function basicAuthorization({ username, password }: { username: string; password: string }): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}
