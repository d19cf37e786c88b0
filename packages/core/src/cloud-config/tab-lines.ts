import { isCollection, isScalar, type Node, Scalar, visit } from 'yaml'

/** A line that begins with a tab and holds nothing, or only a comment. */
const TAB_LINE = /^[ ]*\t[ \t]*(?=#|\r?$)/gm

/**
 * Where a line that looks empty, or like a comment, begins with a tab. The parser skips such lines; the node refuses them
 * but within brackets, quotes and texts in several lines.
 */
export function tabLineOf(text: string, contents: Node): number | undefined {
  const lines = [...text.matchAll(TAB_LINE)].map(({ index }) => index)
  if (lines.length === 0) return undefined
  const allowed = placesOfTabs(contents)
  let at = 0
  return lines.find((line) => {
    while (at < allowed.length && (allowed[at]?.[1] ?? 0) <= line) at++
    return line < (allowed[at]?.[0] ?? Number.POSITIVE_INFINITY)
  })
}

/** From and to, in order and apart from each other. */
function placesOfTabs(contents: Node): (readonly [number, number])[] {
  const places: (readonly [number, number])[] = []
  visit(contents, {
    Node(_key, node) {
      const isFlow = isCollection(node) && node.flow === true
      const isQuotedOrBlock = isScalar(node) && node.type !== Scalar.PLAIN
      if (!isFlow && !isQuotedOrBlock) return undefined
      if (node.range) places.push([node.range[0], node.range[1]])
      return visit.SKIP
    },
  })
  return places
}
