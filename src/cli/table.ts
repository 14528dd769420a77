/**
 * Rows as aligned columns that fit the terminal: the one flexible column gives way first. Cells are plain text; tones
 * are applied after measuring.
 */
import { cleanLine } from './clean-text.ts'
import type { Paint, Tone } from './terminal.ts'
import { pad, textWidth } from './text-width.ts'

export interface Cell {
  readonly text: string
  readonly tone?: Tone
}

export interface Column {
  readonly title: string
  /** Takes what width remains, and is cut when there is too little. */
  readonly flexible?: boolean
}

const gap = '  '
/** A flexible column is not made narrower than this, whatever the terminal. */
const least = 12

export function renderTable(columns: readonly Column[], rows: readonly (readonly Cell[])[], width: number, paint: Paint): string {
  const cells = rows.map((row) => row.map((cell) => ({ ...cell, text: cleanLine(cell.text) })))
  const natural = columns.map((column, index) =>
    Math.max(textWidth(column.title), ...cells.map((row) => textWidth(row[index]?.text ?? ''))),
  )
  const total = natural.reduce((sum, each) => sum + each, 0) + gap.length * (columns.length - 1)
  const widths = natural.map((each, index) =>
    columns[index]?.flexible ? Math.max(Math.min(each, least), each - Math.max(0, total - width)) : each,
  )
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
