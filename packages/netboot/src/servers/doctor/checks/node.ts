import type { Finding } from '../finding.js'
import type { DoctorProbes } from '../probes.js'

/** The oldest Node.js that the packages run on; package.json says the same. */
const NEEDED = [22, 19] as const

export function checkNode({ nodeVersion }: Pick<DoctorProbes, 'nodeVersion'>): Finding[] {
  const [major = 0, minor = 0] = nodeVersion.split('.').map(Number)
  const enough = major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])
  const found = `Node.js ${nodeVersion}`
  const details = { version: nodeVersion }
  if (enough) return [{ check: 'node', level: 'ok', found: `${found}.`, details }]
  return [
    {
      ...{ check: 'node', level: 'problem', found: `${found}; ${NEEDED.join('.')} or newer is needed.` },
      ...{ advice: 'Install a newer Node.js.', details },
    },
  ]
}
