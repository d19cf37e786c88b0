import { isCollection, isNode, isScalar, type Node, Scalar, visit } from 'yaml'

/** A line that begins with a tab and holds nothing, or only a comment. */
const TAB_LINE = /^([ ]*)\t[ \t]*(?=#|\r?$)/gm
/** What the node reads behind a text without quotes before it knows that the text has ended. */
const BLANK = /[ \t]*(?:\r?\n[ \t]*)*/y
/** A comment, and what is empty until the last of those that follow it. */
const COMMENTS = /(?<=^|[ \t])#.*(?:\n(?:[ \t]*\r?\n)*[ \t]*#.*)+/gm

/** Where such lines may be. */
interface Place {
  readonly from: number
  readonly to: number
  /** Columns on the left in which no tab may be. */
  readonly indentation: number
}

/**
 * Where a line that looks empty, or like a comment, begins with a tab. The parser skips such lines; the node refuses them
 * but within brackets, quotes and texts in several lines, within and behind texts without quotes that it might go on with,
 * and between comments.
 */
export function tabLineOf(text: string, contents: Node): number | undefined {
  const lines = [...text.matchAll(TAB_LINE)].map(({ index, 1: spaces = '' }) => ({ index, column: spaces.length }))
  if (lines.length === 0) return undefined
  const isInNode = finder(placesOfTabs(text, contents))
  const isBetweenComments = finder(
    [...text.matchAll(COMMENTS)].map(({ index, 0: all }) => ({ from: index, to: index + all.length, indentation: 0 })),
  )
  return lines.find((line) => !isInNode(line) && !isBetweenComments(line))?.index
}

/** Tells of lines in their order whether they are in one of the places. */
function finder(places: readonly Place[]): (line: { index: number; column: number }) => boolean {
  let at = 0
  return ({ index, column }) => {
    while (at < places.length && (places[at]?.to ?? 0) <= index) at++
    const place = places[at]
    return place !== undefined && index >= place.from && column >= place.indentation
  }
}

/** In order and apart from each other. */
function placesOfTabs(text: string, contents: Node): Place[] {
  const places: Place[] = []
  visit(contents, {
    Node(key, node, path) {
      if (!node.range) return undefined
      const [from, to] = node.range
      if (isScalar(node) && node.type === Scalar.PLAIN) {
        // One without characters is none to the node.
        if (key === 'key' || from === to) return undefined
        const block = path.findLast((each) => isCollection(each))
        const start = isNode(block) ? (block.range?.[0] ?? 0) : 0
        BLANK.lastIndex = to
        BLANK.test(text)
        places.push({ from, to: BLANK.lastIndex + 1, indentation: columnOf(text, start) + 1 })
        return undefined
      }
      if (!isScalar(node) && !(isCollection(node) && node.flow)) return undefined
      places.push({ from, to, indentation: 0 })
      return visit.SKIP
    },
  })
  return places
}

function columnOf(text: string, offset: number): number {
  return offset - (text.lastIndexOf('\n', offset - 1) + 1)
}
