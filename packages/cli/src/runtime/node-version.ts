/** As `engines` of the package says. */
const OLDEST = [22, 19] as const

/**
 * What to tell a person whose Node.js is too old, so that it is not said by a method that is missing halfway.
 *
 * @param version - as `process.versions.node`
 */
export function nodeVersionProblem(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return undefined
  return `✖ Node.js ${OLDEST.join('.')} or newer is needed, this is ${version}.\n  Install a current one from nodejs.org.\n`
}
