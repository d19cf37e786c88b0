/** How many names a message can hold and still be read. */
const MAX_NAMES = 3

/** The names that are most like another: a slip of the pen is the commonest reason for an image that is not there. */
export function nearestNames(wanted: string, names: readonly string[]): string[] {
  return [...new Set(names)]
    .map((name) => ({ name, likeness: likeness(wanted, name) }))
    .filter((candidate) => candidate.likeness >= 0.5)
    .sort((one, other) => other.likeness - one.likeness)
    .slice(0, MAX_NAMES)
    .map(({ name }) => name)
}

/** Dice's coefficient of the pairs of letters: 1 for equal texts, 0 for those without a pair in common. */
function likeness(one: string, other: string): number {
  const left = pairs(one)
  const right = pairs(other)
  const common = [...left].filter((pair) => right.has(pair)).length
  return (2 * common) / Math.max(1, left.size + right.size)
}

function pairs(text: string): Set<string> {
  const found = new Set<string>()
  for (let at = 0; at + 1 < text.length; at++) found.add(text.slice(at, at + 2).toLowerCase())
  return found
}
