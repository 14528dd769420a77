import { Link, type LinkProps } from '@tanstack/react-router'
import type { ReactNode } from 'react'

interface TabLink {
  readonly label: string
  readonly link: LinkProps
  readonly count?: ReactNode
}

/** Views of one thing, each with a URL of its own: they are links, so that the back button works. */
export function TabLinks({ label, tabs }: { readonly label: string; readonly tabs: readonly TabLink[] }) {
  return (
    <nav aria-label={label} className="-mb-px flex gap-1 overflow-x-auto [scrollbar-width:none]">
      {tabs.map((tab) => (
        <Link
          key={tab.label}
          {...tab.link}
          activeOptions={{ exact: true, includeSearch: false }}
          className="flex h-9 shrink-0 items-center gap-1.5 border-b-2 border-transparent px-2 text-sm whitespace-nowrap text-muted -outline-offset-2 transition-colors hover:text-ink aria-[current=page]:border-accent aria-[current=page]:font-medium aria-[current=page]:text-ink"
        >
          {tab.label}
          {tab.count !== undefined && <span className="text-xs text-faint tabular-nums">{tab.count}</span>}
        </Link>
      ))}
    </nav>
  )
}
