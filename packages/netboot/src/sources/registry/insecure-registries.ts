/**
 * Which registries may do without TLS, or with a certificate that nobody vouches for: all, or these hosts. One without a
 * port stands for all ports of that host.
 */
export type InsecureRegistries = boolean | readonly string[]

/** True when a host (`localhost:5000`) may be one that does not prove who it is. */
export function isInsecureAllowed(host: string, allowed: InsecureRegistries | undefined): boolean {
  if (typeof allowed === 'boolean' || allowed === undefined) return allowed === true
  const name = host.toLowerCase()
  return allowed.some((entry) => {
    const bare = entry.toLowerCase().replace(/^https?:\/\/|\/+$/g, '')
    return bare === name || bare === name.replace(/:\d+$/, '')
  })
}
