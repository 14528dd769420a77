import type { ReactNode } from 'react'

/** A subdued label: a backend, a mode, a count. */
export function Badge({ children }: { readonly children: ReactNode }) {
  return (
    <span className="inline-flex h-5 shrink-0 items-center gap-1 rounded border border-line px-1.5 text-xs whitespace-nowrap text-muted">
      {children}
    </span>
  )
}
