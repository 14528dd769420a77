import { ChevronRight } from 'lucide-react'
import type { ReactNode } from 'react'
import { cx } from '../../ui/cx.ts'

/** One line that can be expanded. Its contents are rendered only when expanded. */
export function Fold({
  isOpen,
  onToggle,
  icon,
  name,
  title,
  aside,
  children,
}: {
  readonly isOpen: boolean
  readonly onToggle: () => void
  readonly icon: ReactNode
  /** The kind of entry, for screen readers, which cannot see the icon. */
  readonly name: string
  readonly title: ReactNode
  readonly aside?: ReactNode
  readonly children: ReactNode
}) {
  return (
    <div>
      <button
        type="button"
        aria-expanded={isOpen}
        onClick={onToggle}
        className="-mx-1.5 flex w-[calc(100%+0.75rem)] items-center gap-2 rounded-md px-1.5 py-0.5 text-left text-xs leading-5 text-muted hover:bg-hover hover:text-ink"
      >
        <span className="flex w-4 shrink-0 justify-center [&_svg]:size-3.5">{icon}</span>
        <span className="sr-only">{name}: </span>
        <span className="min-w-0 flex-1 truncate">{title}</span>
        {aside}
        <ChevronRight
          aria-hidden
          className={cx(
            'size-3.5 shrink-0 text-faint transition-transform duration-100',
            isOpen && 'rotate-90',
          )}
        />
      </button>
      {isOpen && <div className="mt-1 mb-1.5 flex flex-col gap-2 pl-6">{children}</div>}
    </div>
  )
}
