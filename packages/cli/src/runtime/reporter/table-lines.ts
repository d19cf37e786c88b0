/** A column of a table that fits itself to the terminal. */
export interface TableColumn {
  readonly title: string
  /** Narrower than this, it is rather left out. Default: as wide as its widest cell. */
  readonly minWidth?: number
  /** Columns of the lowest rank are the first to be left out where there is no room. The first column always stays. */
  readonly rank: number
  readonly align?: 'left' | 'right'
}

/** A cell of a row: what it says, in the order of the columns. */
export type TableRow = readonly string[]

const GAP = '  '
const CUT = '…'

/**
 * Lays a table out: a line of titles and a line for each row, none wider than the terminal. Columns are as wide as their
 * widest cell; where that is too much, those that may be are narrowed, then the least important ones are left out.
 *
 * @param width - columns of the terminal
 */
export function tableLines(columns: readonly TableColumn[], rows: readonly TableRow[], width: number): string[] {
  const natural = columns.map(({ title }, index) => Math.max(title.length, ...rows.map((row) => lengthOf(row, index))))
  const shown = columnsThatFit(columns, natural, width)
  const widths = narrowed(columns, natural, shown, width)
  const line = (cells: TableRow) =>
    shown
      .map((index, place) => {
        const cell = cut(cells[index] ?? '', widths[place] ?? 0)
        return columns[index]?.align === 'right' ? cell.padStart(widths[place] ?? 0) : cell.padEnd(widths[place] ?? 0)
      })
      .join(GAP)
      .trimEnd()
  return [line(columns.map(({ title }) => title)), ...rows.map(line)]
}

function lengthOf(row: TableRow, index: number): number {
  return row[index]?.length ?? 0
}

function smallest(column: TableColumn | undefined, natural: number): number {
  return Math.min(column?.minWidth ?? natural, natural)
}

/** Indices of the columns for which there is room, each at least as wide as it has to be. */
function columnsThatFit(columns: readonly TableColumn[], natural: readonly number[], width: number): number[] {
  let shown = columns.map((_, index) => index)
  const needed = () =>
    shown.reduce((sum, index) => sum + smallest(columns[index], natural[index] ?? 0), GAP.length * (shown.length - 1))
  while (shown.length > 1 && needed() > width) {
    const rank = (index: number) => columns[index]?.rank ?? 0
    const least = shown.slice(1).reduce((a, b) => (rank(b) < rank(a) ? b : a))
    shown = shown.filter((index) => index !== least)
  }
  return shown
}

/** Widths of the shown columns; those that may be narrower give way, the least important first. */
function narrowed(
  columns: readonly TableColumn[],
  natural: readonly number[],
  shown: readonly number[],
  width: number,
): number[] {
  const widths = shown.map((index) => natural[index] ?? 0)
  const places = shown.map((_, place) => place)
  const rank = (place: number) => columns[shown[place] ?? 0]?.rank ?? 0
  let excess = widths.reduce((sum, each) => sum + each, GAP.length * (shown.length - 1)) - width
  for (const place of places.sort((a, b) => rank(a) - rank(b))) {
    const index = shown[place] ?? 0
    // The first column goes below its least width only when it is all there is.
    const least = shown.length === 1 ? 1 : smallest(columns[index], natural[index] ?? 0)
    const less = Math.min(Math.max(excess, 0), (widths[place] ?? 0) - least)
    widths[place] = (widths[place] ?? 0) - less
    excess -= less
  }
  return widths
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}${CUT}`.slice(0, width)
}
