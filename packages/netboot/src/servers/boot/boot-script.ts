export interface BootScriptOptions {
  readonly kernelUrl: string
  /** URLs by the names under which the kernel is told of them: `initrd-0`. */
  readonly initrds: readonly { readonly name: string; readonly url: string }[]
  /** Already checked. */
  readonly cmdline: string
}

const ATTEMPTS = 10
const PAUSE_SECONDS = 2

/**
 * The iPXE script that boots a machine. When a file does not arrive, it tries again with the next network interface: a
 * machine with several is often connected to us by another one than iPXE took first.
 */
export function bootScript({ kernelUrl, initrds, cmdline }: BootScriptOptions): string {
  const named = initrds.map(({ name }) => `initrd=${name}`).join(' ')
  return `#!ipxe
set attempt:int32 0
set index:int32 0
goto load

:again
imgfree ||
inc attempt
iseq \${attempt} ${ATTEMPTS} && goto failed ||
sleep ${PAUSE_SECONDS}
isset \${net\${index}/mac} || set index:int32 0
echo Trying again by interface net\${index}
ifclose ||
ifconf net\${index} || goto next
inc index
goto load

:next
inc index
goto again

:load
kernel --name kernel ${kernelUrl} || goto again
${initrds.map(({ name, url }) => `initrd --name ${name} ${url} || goto again`).join('\n')}
imgargs kernel ${[named, cmdline].filter((words) => words !== '').join(' ')}
boot || goto again

:failed
echo This machine could not be booted; it restarts in 10 seconds
sleep 10
reboot
`
}
