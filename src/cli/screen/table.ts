/**
 * Formats rows as aligned columns that fit the terminal: flexible columns shrink first. Cells are plain text; tones are
 * applied after measuring.
 */
import stringWidth from 'string-width'
import { cleanLine } from './clean-text.ts'
import type { Paint, Tone } from './terminal.ts'
import { pad } from './fit-text.ts'

export interface Cell {
  readonly text: string
  readonly tone?: Tone
}

export interface Column {
  readonly title: string
  /** Takes the remaining width, and is cut when there is too little. */
  readonly flexible?: boolean
}

const gap = '  '
/** The minimum width of a flexible column, whatever the terminal. */
const least = 12

export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  width: number,
  paint: Paint,
): string {
  const cells = rows.map((row) => row.map((cell) => ({ ...cell, text: cleanLine(cell.text) })))
  const natural = columns.map((column, index) =>
    Math.max(stringWidth(column.title), ...cells.map((row) => stringWidth(row[index]?.text ?? ''))),
  )
  const widths = shrink(natural, columns, width)
  const header = columns.map((column, index) => ({ text: column.title, tone: 'dim' as const, index }))
  const lines = [header, ...cells].map((row) =>
    row
      .map((cell, index) => {
        const isLast = index === columns.length - 1
        const text = pad(cell.text, widths[index] ?? 0)
        const shown = isLast ? text.trimEnd() : text
        return cell.tone === undefined ? shown : paint(cell.tone, shown)
      })
      .join(gap)
      .trimEnd(),
  )
  return lines.join('\n')
}

/** Shrinks the widest flexible column, one cell at a time, until the row fits or none can shrink further. */
function shrink(natural: readonly number[], columns: readonly Column[], width: number): number[] {
  const widths = [...natural]
  let excess = widths.reduce((sum, each) => sum + each, gap.length * (columns.length - 1)) - width
  while (excess > 0) {
    const widest = columns.reduce(
      (best, column, index) =>
        column.flexible === true && (widths[index] ?? 0) > (widths[best] ?? least) ? index : best,
      -1,
    )
    if (widest === -1) break
    widths[widest] = (widths[widest] ?? 0) - 1
    excess -= 1
  }
  return widths
}
