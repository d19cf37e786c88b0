import { isIP } from 'node:net'

/** Where a server listens. */
export interface ListenAddress {
  /** An address or host name; all addresses of the machine where there is none. */
  readonly host: string | undefined
  /** 0 for a free one. */
  readonly port: number
}

/** Reads Go's form of an address: `:8080`, `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080`. Undefined for anything else. */
export function parseListenAddress(text: string): ListenAddress | undefined {
  const [, bracketed, plain, portText = ''] = /^(?:\[([^[\]]*)\]|([^:[\]]*)):(\d{1,5})$/.exec(text) ?? []
  const port = portText === '' ? Number.NaN : Number(portText)
  if (!(port <= 65_535)) return undefined
  if (bracketed !== undefined) return isIP(bracketed) === 6 ? { host: bracketed, port } : undefined
  if (plain && !isIP(plain) && !/^(?=.{1,253}$)(?!.*\.\d+$)[A-Za-z0-9]([\w.-]*[A-Za-z0-9])?$/.test(plain))
    return undefined
  return { host: plain || undefined, port }
}
