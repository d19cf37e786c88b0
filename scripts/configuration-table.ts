interface Schema {
  readonly description?: string
  readonly default?: unknown
  readonly type?: string
  readonly properties?: Readonly<Record<string, Schema>>
}

const OTHER_NAME = /^Another name of (\S+)\. /

/** What begins and ends the table in docs/configuration.md. */
export const TABLE_BEGINS = '<!-- Made by `npm run docs:schema`. -->\n'
export const TABLE_ENDS = '<!-- Until here. -->\n'

/** The keys of a configuration as a table in Markdown; those that are another name of one are named beside it. */
export function configurationTable(schema: object): string {
  const rows = rowsOf(schema as Schema, '')
  return ['| key | default | what it is |', '|---|---|---|', ...rows, ''].join('\n')
}

function rowsOf({ properties = {} }: Schema, prefix: string): string[] {
  const others = new Map<string, string[]>()
  for (const [name, { description = '' }] of Object.entries(properties)) {
    const [, first] = OTHER_NAME.exec(description) ?? []
    if (first !== undefined) others.set(first, [...(others.get(first) ?? []), name])
  }
  return Object.entries(properties).flatMap(([name, schema]) => {
    const { description = '', default: byDefault } = schema
    if (OTHER_NAME.test(description)) return []
    if (schema.properties) return rowsOf(schema, `${prefix}${name}.`)
    const also = (others.get(name) ?? []).map((other) => `, \`${prefix}${other}\``).join('')
    const text = description.replace(/ Default: [^ ].*$/, (words) => (byDefault === undefined ? words : ''))
    return [`| \`${prefix}${name}\`${also} | ${byDefault === undefined ? '' : `\`${byDefault}\``} | ${text} |`]
  })
}
