import { KairosError } from '@kairos-sdk/core'

export interface ProxyDhcpScriptOptions {
  /** How often to ask before giving up. Default 10. */
  readonly attempts?: number
  /** Pause between two questions. Default 2 seconds. */
  readonly pauseSeconds?: number
}

/**
 * The iPXE script of a generic boot medium: it asks DHCP until a netboot server (ours or pixiecore) has said what to boot,
 * and boots that; after the last attempt the machine restarts. iPXE by itself asks once, and takes the first answer: if
 * that of the site's DHCP server comes before that of the netboot server, it does not boot.
 *
 * @throws KairosError `argument/invalid`
 */
export function proxyDhcpScript(options: ProxyDhcpScriptOptions = {}): string {
  const { attempts = 10, pauseSeconds = 2 } = options
  for (const [name, value, least] of [
    ['attempts', attempts, 1],
    ['pauseSeconds', pauseSeconds, 0],
  ] as const) {
    if (!Number.isInteger(value) || value < least || value > 10_000) {
      throw new KairosError('argument/invalid', `${name}: ${least} to 10000 expected, ${value} found.`)
    }
  }
  return `#!ipxe
# Boots what a netboot server on this network offers.
set attempt:int32 1
set attempts:int32 ${attempts}

:ask
echo Asking for a netboot server (\${attempt} of \${attempts})
dhcp || goto again
isset \${filename} && goto start ||
echo An address, but nothing to boot

:again
iseq \${attempt} \${attempts} && goto giveup ||
inc attempt
sleep ${pauseSeconds}
goto ask

:start
echo Starting \${filename}
chain \${filename} ||

:giveup
echo No netboot server could start this machine
echo Restarting in 5 seconds
sleep 5
reboot
`
}
