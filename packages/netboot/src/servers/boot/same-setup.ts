import type { MachineSetup, NetbootArtifacts } from './netboot-init.js'

/** Whether two decisions of the policy mean the same: the same texts, and the very same sources. */
export function isSameSetup(a: MachineSetup, b: MachineSetup): boolean {
  return (
    a.cloudConfig === b.cloudConfig &&
    a.cmdline === b.cmdline &&
    a.extraCmdline === b.extraCmdline &&
    isSameArtifacts(a.artifacts, b.artifacts)
  )
}

function isSameArtifacts(a: NetbootArtifacts | undefined, b: NetbootArtifacts | undefined): boolean {
  if (a === b) return true
  if (!a || !b) return false
  return (
    a.kernel === b.kernel &&
    a.rootfs === b.rootfs &&
    a.initrds.length === b.initrds.length &&
    a.initrds.every((initrd, index) => initrd === b.initrds[index]) &&
    (a.files?.size ?? 0) === (b.files?.size ?? 0) &&
    [...(a.files ?? [])].every(([name, source]) => b.files?.get(name) === source)
  )
}
