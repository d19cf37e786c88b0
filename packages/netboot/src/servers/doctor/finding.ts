/** What was looked at. */
export type CheckName =
  | 'node'
  | 'interfaces'
  | 'port'
  | 'dhcp-servers'
  | 'boot-servers'
  | 'firewall'
  | 'ipxe'
  | 'grub'
  | 'container-engine'
  | 'state-directory'

/**
 * `problem`: machines cannot boot from here. `warning`: some cannot, or something beside netboot does not work, or it could
 * not be found out.
 */
export type FindingLevel = 'ok' | 'warning' | 'problem'

/** What one check found. */
export interface Finding {
  readonly check: CheckName
  readonly level: FindingLevel
  /** What was found, as a sentence. Parts that came over the network are quoted. */
  readonly found: string
  /** What to do about it. */
  readonly advice?: string
  /** The same for programs. */
  readonly details?: Readonly<Record<string, unknown>>
}
