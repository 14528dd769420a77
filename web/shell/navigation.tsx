import { useQuery } from '@tanstack/react-query'
import { Link, linkOptions } from '@tanstack/react-router'
import { Boxes, LayoutList, Search, Settings2, SquarePen } from 'lucide-react'
import type { ReactNode } from 'react'
import { queries } from '../api/queries.ts'
import { cx } from '../ui/cx.ts'
import { Kbd } from '../ui/text/code.tsx'
import { useNeedsYou } from './needs-you.ts'
import { Wordmark } from './wordmark.tsx'

const places = [
  { label: 'New job', icon: SquarePen, link: linkOptions({ to: '/' }), exact: true },
  { label: 'Jobs', icon: LayoutList, link: linkOptions({ to: '/jobs' }), exact: false },
  { label: 'Backends', icon: Boxes, link: linkOptions({ to: '/backends' }), exact: false },
  { label: 'Settings', icon: Settings2, link: linkOptions({ to: '/settings' }), exact: false },
] as const

const item =
  'flex items-center text-muted transition-colors -outline-offset-2 hover:text-ink aria-[current=page]:font-medium'
const inSidebar = cx(
  item,
  'h-8 gap-2.5 rounded-md px-2 hover:bg-hover aria-[current=page]:bg-hover aria-[current=page]:text-ink [&_svg]:size-4',
)
const inBar = cx(
  item,
  'min-w-0 flex-1 flex-col justify-center gap-1 text-[11px] aria-[current=page]:text-accent [&_svg]:size-5',
)

/** The navigation on a wide screen, at the left. */
export function Sidebar({ onSearch }: { readonly onSearch: () => void }) {
  return (
    <nav aria-label="Main" className="flex w-56 shrink-0 flex-col gap-0.5 p-3 max-lg:w-48 max-md:hidden">
      <Link to="/" className="mb-3 flex h-9 items-center px-2" aria-label="Slipway: new job">
        <Wordmark />
      </Link>
      <button
        type="button"
        onClick={onSearch}
        className="mb-3 flex h-8 items-center gap-2.5 rounded-md border border-line bg-surface px-2 text-muted shadow-card hover:text-ink"
      >
        <Search aria-hidden className="size-4" />
        <span className="flex-1 text-left">Go to</span>
        <Kbd keys="mod+k" />
      </button>
      {places.map((place) => (
        <PlaceLink key={place.label} place={place} className={inSidebar}>
          <span className="flex-1">{place.label}</span>
          {place.label === 'Jobs' && <JobCounts />}
        </PlaceLink>
      ))}
      <Link to="/health" className={cx(inSidebar, 'mt-auto')}>
        <HealthDot />
        <HealthWord />
      </Link>
    </nav>
  )
}

/** The navigation on a phone, at the bottom. */
export function BottomBar() {
  return (
    <nav
      aria-label="Main"
      className="flex h-14 shrink-0 border-t border-line bg-canvas pb-[env(safe-area-inset-bottom)] md:hidden"
    >
      {places.map((place) => (
        <PlaceLink key={place.label} place={place} className={cx(inBar, 'relative')}>
          {place.label}
          {place.label === 'Jobs' && (
            <span className="absolute top-1 left-1/2 flex translate-x-1.5">
              <NeedsYouCount />
            </span>
          )}
        </PlaceLink>
      ))}
      <Link to="/health" className={inBar}>
        <span className="flex size-5 items-center justify-center">
          <HealthDot />
        </span>
        Health
      </Link>
    </nav>
  )
}

function PlaceLink({
  place,
  className,
  children,
}: {
  readonly place: (typeof places)[number]
  readonly className: string
  readonly children: ReactNode
}) {
  return (
    <Link {...place.link} activeOptions={{ exact: place.exact, includeSearch: false }} className={className}>
      <place.icon aria-hidden />
      {children}
    </Link>
  )
}

/** The number of jobs that need a person, in the colour of waiting, and the number of running jobs, less prominent. */
function JobCounts() {
  const { data: running } = useQuery(queries.jobs({ status: 'running', page_size: 1 }))
  return (
    <>
      {running !== undefined && running.total > 0 && (
        <span title={`${running.total} running`} className="text-xs font-normal text-faint tabular-nums">
          {running.total}
          <span className="sr-only"> running</span>
        </span>
      )}
      <NeedsYouCount />
    </>
  )
}

function NeedsYouCount() {
  const count = useNeedsYou()
  if (count === 0) return null
  return (
    <span
      title={count === 1 ? '1 job needs you' : `${count} jobs need you`}
      className="rounded-full bg-waiting-soft px-1.5 text-xs font-medium text-waiting tabular-nums"
    >
      {count}
      <span className="sr-only"> {count === 1 ? 'job needs' : 'jobs need'} you</span>
    </span>
  )
}

function useReadiness(): 'ready' | 'unready' | 'unknown' {
  const { data, isError } = useQuery(queries.health())
  // A server that is not ready says so in its response; without a response its state is unknown.
  if (isError || data === undefined) return 'unknown'
  return data.status === 'ok' ? 'ready' : 'unready'
}

function HealthDot() {
  const readiness = useReadiness()
  const looks = { ready: 'bg-done', unready: 'bg-failed', unknown: 'bg-control' }
  return (
    <span className="flex size-4 items-center justify-center">
      <span aria-hidden className={cx('size-2 rounded-full', looks[readiness])} />
    </span>
  )
}

function HealthWord() {
  const words = { ready: 'Ready', unready: 'Not ready', unknown: 'Health' }
  return <span>{words[useReadiness()]}</span>
}
