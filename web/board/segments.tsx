import { cx } from '../ui/cx.ts'
import type { Column, ColumnName } from './columns.ts'

/** The column switch for narrow screens. */
export function Segments({
  columns,
  chosen,
  onChoose,
}: {
  readonly columns: readonly Column[]
  readonly chosen: ColumnName
  readonly onChoose: (name: ColumnName) => void
}) {
  return (
    <div role="group" aria-label="Column" className="mx-4 mt-3 flex rounded-lg bg-sunken p-0.5 md:hidden">
      {columns.map((column) => (
        <button
          key={column.name}
          type="button"
          aria-pressed={column.name === chosen}
          onClick={() => onChoose(column.name)}
          className={cx(
            'flex h-9 min-w-0 flex-1 flex-col items-center justify-center rounded-md text-xs leading-4 whitespace-nowrap',
            column.name === chosen ? 'bg-raised font-medium text-ink shadow-card' : 'text-muted',
          )}
        >
          <span className="max-w-full truncate">{column.title}</span>
          <span className="text-[11px] leading-3 font-normal text-faint tabular-nums">
            {column.tasks.length}
          </span>
        </button>
      ))}
    </div>
  )
}
