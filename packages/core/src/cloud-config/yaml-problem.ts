import type { YAMLError } from 'yaml'

/**
 * What the parser's messages mean, by how they begin. Not the messages themselves: many repeat a piece of the text, and
 * that may be a password.
 */
const BY_MESSAGE: readonly (readonly [beginning: string, problem: string])[] = [
  ['Missing closing "', 'a text in double quotes is not closed'],
  ["Missing closing '", 'a text in single quotes is not closed'],
  ['Missing , ', 'a comma expected between the entries in brackets or braces'],
  ['Missing space after :', 'a space expected behind the colon'],
  ['Comments must be separated', 'a space expected before the # of a comment'],
  ['Tags and anchors must be separated', 'a space expected behind a tag (!) or anchor (&)'],
  ['All mapping items', 'a name that is indented like those before it expected'],
  ['All sequence items', 'a list entry that is indented like those before it expected'],
  ['Sequence item without', 'a list entry that begins with - expected'],
  ['Flow map', 'a map in braces is not closed with }, or a line of it is not indented'],
  ['Flow sequence', 'a list in brackets is not closed with ], or a line of it is not indented'],
  ['Block scalar header', 'a text expected in the lines behind | or >, something in the same line found'],
  [
    'Unexpected token in block scalar header',
    'a text expected in the lines behind | or >, something in the same line found',
  ],
  ['Block scalar', 'a text in several lines is not indented as its first line asks'],
  ['Nested mappings', 'a name with a colon found within the value of another one, in its line or the next'],
  ['Unexpected scalar at node end', 'the end of the value expected, more text found'],
  ['Implicit map keys', 'a name with a colon behind it expected'],
  ['A block sequence', 'a name with a colon expected, a list entry found'],
]

const BY_CODE: Readonly<Record<YAMLError['code'], string>> = {
  ALIAS_PROPS: 'an alias (*) with a tag or anchor of its own found',
  BAD_ALIAS: 'the name of an anchor (&) or alias (*) is missing or ends with a colon',
  BAD_COLLECTION_TYPE: 'a list or map of another kind than its tag says found',
  BAD_DIRECTIVE: 'a line that begins with % and is no directive found',
  BAD_DQ_ESCAPE: 'an escape (\\) that YAML does not have found in a text in double quotes',
  BAD_INDENT: 'the indentation does not fit the lines before',
  BAD_PROP_ORDER: 'a tag or anchor before the mark of a list entry or name found',
  BAD_SCALAR_START: 'a text that begins with this character needs quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a name with a colon expected, a list or map found',
  BLOCK_IN_FLOW: 'a list or map in lines of its own found within brackets or braces',
  DUPLICATE_KEY: 'a name that its map has already found',
  IMPOSSIBLE: 'this is not YAML',
  KEY_OVER_1024_CHARS: 'the name of a setting is longer than 1,024 characters',
  MISSING_CHAR: 'a character of the structure is missing',
  MULTILINE_IMPLICIT_KEY: 'a name with its colon in one line expected',
  MULTIPLE_ANCHORS: 'a second anchor (&) of one value found',
  MULTIPLE_DOCS: 'a second YAML document begins',
  MULTIPLE_TAGS: 'a second tag (!) of one value found',
  NON_STRING_KEY: 'the name of a setting expected, something else found',
  RESOURCE_EXHAUSTION: 'lists and maps are nested too deeply',
  TAB_AS_INDENT: 'spaces expected as indentation, a tab found',
  TAG_RESOLVE_FAILED: 'a tag (!) that does not fit its value, or is none, found',
  UNEXPECTED_TOKEN: 'this is not expected here',
}

/** What is wrong, in our words: it holds nothing of the text that was parsed. */
export function yamlProblem({ code, message }: YAMLError): string {
  return BY_MESSAGE.find(([beginning]) => message.startsWith(beginning))?.[1] ?? BY_CODE[code] ?? 'this is not YAML'
}
