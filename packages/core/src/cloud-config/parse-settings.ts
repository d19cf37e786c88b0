import { type Document, isMap, isScalar, LineCounter, type Pair, parseAllDocuments } from 'yaml'
import { KairosError } from '../errors/index.js'
import { BrokenRule, checkNodes, TEMPLATE_NEEDS_QUOTES } from './node-rules.js'
import { tabLineOf } from './tab-lines.js'
import { yamlProblem } from './yaml-problem.js'

/** What YAML allows nowhere in a document, not even in a comment (YAML 1.2 section 5.1). */
const CONTROL_CHARACTER = /[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u

const MEND_THE_LINE = 'Mend the line and try again.'
/** A value that begins with a template, as in `hostname: {{ .MachineID }}-1`: YAML takes its braces for a map. */
const BARE_TEMPLATE = /:[ \t]+\{\{/

/**
 * The settings of a YAML cloud config, which are names with values; an empty document has none. No message holds a piece
 * of the text but the header's.
 *
 * @throws KairosError `cloud-config/not-yaml` for what the node, which reads with Go's yaml.v3, would refuse
 */
export function parseSettings(text: string, name: string): readonly Pair[] {
  const lineCounter = new LineCounter()
  const fail = (offset: number, problem: string, hint = MEND_THE_LINE) => {
    const { line, col } = lineCounter.linePos(offset)
    return new KairosError('cloud-config/not-yaml', `${name}, line ${line}, column ${col}: ${problem}.`, { hint })
  }
  const documents = parseDocuments(text, lineCounter, name)
  const control = CONTROL_CHARACTER.exec(text)
  if (control) {
    throw fail(
      control.index,
      'a control character, which YAML does not allow, found',
      'Write it as an escape in double quotes, "\\x1b" for example, or encode the value in base64.',
    )
  }
  const error = documents.flatMap(({ errors }) => errors)[0] ?? documents.flatMap(refusedWarnings)[0]
  if (error) {
    const lineBefore = text.slice(text.lastIndexOf('\n', error.pos[0] - 1) + 1, error.pos[0])
    throw fail(error.pos[0], yamlProblem(error), BARE_TEMPLATE.test(lineBefore) ? TEMPLATE_NEEDS_QUOTES : MEND_THE_LINE)
  }
  const [document, second] = documents
  if (second) {
    throw fail(second.range[0], 'a second YAML document begins', 'Kairos reads only the first one: merge them.')
  }
  const contents = document?.contents
  if (!contents || (isScalar(contents) && contents.value === null)) return []
  if (!isMap(contents)) throw fail(contents.range?.[0] ?? 0, 'settings (name: value) expected, something else found')
  try {
    checkNodes(contents)
    const tab = tabLineOf(text, contents)
    if (tab !== undefined) throw new BrokenRule(tab, 'spaces expected as indentation, a tab found')
  } catch (error) {
    if (error instanceof BrokenRule) throw fail(error.offset, error.message, error.hint)
    throw error instanceof RangeError ? tooDeep(name, error) : error
  }
  return contents.items
}

function parseDocuments(text: string, lineCounter: LineCounter, name: string): Document.Parsed[] {
  try {
    // Names that come twice are told apart as Go does it, and not by comparing each with each.
    const documents = parseAllDocuments(text, { lineCounter, prettyErrors: false, uniqueKeys: false })
    return 'empty' in documents ? [] : documents
  } catch (cause) {
    throw tooDeep(name, cause)
  }
}

/** What the parser only warns of and the node refuses; unknown tags are no matter to it. */
function refusedWarnings({ warnings }: Document.Parsed) {
  return warnings.filter(({ code }) => code === 'BAD_DIRECTIVE' || code === 'BAD_ALIAS')
}

/** The parser's one way to throw is to use up the stack of calls. */
function tooDeep(name: string, cause: unknown): KairosError {
  return new KairosError('cloud-config/not-yaml', `${name} is nested too deeply.`, { cause })
}
