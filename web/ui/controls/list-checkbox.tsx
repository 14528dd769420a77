import { Check, Minus } from 'lucide-react'
import type { ReactNode } from 'react'

/**
 * The checkbox of a row, or of all rows (`mixed` while some are checked). `label` is its accessible name; `children` are
 * shown beside it and belong to it.
 */
export function ListCheckbox({
  label,
  checked,
  onChange,
  children,
}: {
  readonly label: string
  readonly checked: boolean | 'mixed'
  readonly onChange: (checked: boolean) => void
  readonly children?: ReactNode
}) {
  return (
    <label className="flex h-8 shrink-0 cursor-pointer items-center">
      <span className="relative flex size-8 items-center justify-center">
        <input
          type="checkbox"
          aria-label={label}
          checked={checked === true}
          ref={(box) => {
            if (box !== null) box.indeterminate = checked === 'mixed'
          }}
          onChange={({ target }) => onChange(target.checked)}
          className="peer size-4 cursor-pointer appearance-none rounded border border-control bg-surface checked:border-accent checked:bg-accent indeterminate:border-accent indeterminate:bg-accent"
        />
        <Check
          aria-hidden
          strokeWidth={3}
          className="pointer-events-none absolute size-3 text-on-accent opacity-0 peer-checked:opacity-100"
        />
        <Minus
          aria-hidden
          strokeWidth={3}
          className="pointer-events-none absolute size-3 text-on-accent opacity-0 peer-indeterminate:opacity-100"
        />
      </span>
      {children}
    </label>
  )
}
