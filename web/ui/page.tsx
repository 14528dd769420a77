import type { ReactNode } from 'react'
import { cx } from './cx.ts'

/**
 * A screen: its title in one line with its actions, then the content. `tabs` are below the title; `bleed` gives the content
 * the whole area (a board, a split view), without it text keeps a readable width.
 */
export function Page({
  title,
  meta,
  actions,
  tabs,
  bleed = false,
  children,
}: {
  readonly title: ReactNode
  readonly meta?: ReactNode
  readonly actions?: ReactNode
  readonly tabs?: ReactNode
  readonly bleed?: boolean
  readonly children: ReactNode
}) {
  return (
    <div className="flex h-full min-h-0 flex-col">
      <header className="shrink-0 border-b border-line px-6 max-md:px-4">
        <div className="flex min-h-13 flex-wrap items-center gap-x-3 gap-y-1 py-2">
          <h1 className="min-w-0 truncate text-base font-semibold">{title}</h1>
          {meta}
          {actions !== undefined && <div className="ml-auto flex items-center gap-2">{actions}</div>}
        </div>
        {tabs}
      </header>
      <div className={cx('min-h-0 flex-1', bleed ? 'flex flex-col overflow-hidden' : 'overflow-y-auto')}>
        {bleed ? children : <div className="mx-auto w-full max-w-240 px-6 py-6 max-md:px-4">{children}</div>}
      </div>
    </div>
  )
}

/** A section of a page under its own heading. */
export function Section({
  title,
  hint,
  actions,
  children,
}: {
  readonly title: string
  readonly hint?: ReactNode
  readonly actions?: ReactNode
  readonly children: ReactNode
}) {
  return (
    <section className="flex flex-col gap-3 border-t border-line py-6 first:border-t-0 first:pt-0">
      <div className="flex items-start gap-3">
        <div className="min-w-0 flex-1">
          <h2 className="text-base font-semibold">{title}</h2>
          {hint !== undefined && <p className="text-sm text-muted">{hint}</p>}
        </div>
        {actions}
      </div>
      {children}
    </section>
  )
}
