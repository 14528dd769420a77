import { ChevronDown } from 'lucide-react'
import { cx } from '../../ui/cx.ts'

/** Shows or hides the job's vision. */
export function VisionToggle({
  isOpen,
  controls,
  onToggle,
}: {
  readonly isOpen: boolean
  readonly controls: string
  readonly onToggle: () => void
}) {
  return (
    <button
      type="button"
      aria-expanded={isOpen}
      aria-controls={controls}
      onClick={onToggle}
      className="-mx-1 inline-flex h-7 items-center gap-1 rounded px-1.5 text-xs text-muted hover:bg-hover hover:text-ink"
    >
      Vision
      <ChevronDown
        aria-hidden
        className={cx('size-3.5 transition-transform duration-100', isOpen && 'rotate-180')}
      />
    </button>
  )
}
