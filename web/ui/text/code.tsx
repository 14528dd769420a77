import type { ReactNode } from 'react'
import { cx } from '../cx.ts'

/** Inline code: a commit, a path, a command. */
export function Code({ children, className }: { readonly children: ReactNode; readonly className?: string }) {
  return (
    <code className={cx('rounded bg-sunken px-1 py-px text-[0.92em] text-ink', className)}>{children}</code>
  )
}

/** Keys in readable form: `g j` is a sequence, `mod+k` a chord. */
export function Kbd({ keys }: { readonly keys: string }) {
  return (
    <span className="inline-flex items-center gap-1">
      {keys.split(' ').map((stroke, index) => (
        <kbd
          key={index}
          className="inline-flex h-4.5 min-w-4.5 items-center justify-center rounded border border-line bg-sunken px-1 text-[11px] text-muted"
        >
          {strokeName(stroke)}
        </kbd>
      ))}
    </span>
  )
}

const isApple = /Mac|iPhone|iPad/.test(navigator.userAgent)

function strokeName(stroke: string): string {
  const parts = stroke.split('+').map((part) => {
    if (part === 'mod') return isApple ? '⌘' : 'Ctrl'
    if (part === 'enter') return '↵'
    return part.length === 1 ? part.toUpperCase() : part[0]?.toUpperCase() + part.slice(1)
  })
  return parts.join(isApple ? '' : ' ')
}
