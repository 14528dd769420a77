import { getRouteApi } from '@tanstack/react-router'
import { ChevronLeft, ChevronRight, Search } from 'lucide-react'
import { useState } from 'react'
import type { JobList } from '../../../src/contract/job.ts'
import { JobStatus } from '../../../src/contract/words.ts'
import { IconButton } from '../../ui/controls/button.tsx'
import { Input } from '../../ui/controls/input.tsx'
import { Select } from '../../ui/controls/select.tsx'
import { statuses } from '../../words/status.ts'

const route = getRouteApi('/app/jobs')

const sorts = [
  { name: 'attention', label: 'Needs you first', sort_by: 'attention', sort_order: undefined },
  { name: 'newest', label: 'Newest first', sort_by: 'created_at', sort_order: 'desc' },
  { name: 'oldest', label: 'Oldest first', sort_by: 'created_at', sort_order: 'asc' },
  { name: 'title', label: 'By title', sort_by: 'title', sort_order: 'asc' },
  { name: 'status', label: 'By status', sort_by: 'status', sort_order: 'asc' },
] as const

/** The filter and order of the jobs, stored in the URL. */
export function JobsFilter() {
  return (
    <div
      role="search"
      aria-label="Jobs"
      className="flex shrink-0 flex-wrap items-center gap-2 border-b border-line px-6 py-2 max-md:px-4"
    >
      <SearchBox />
      <StatusFilter />
      <Order />
    </div>
  )
}

/** Filters by status, or for the jobs that need a person, or for the archived ones, which are in no other list. */
function StatusFilter() {
  const { status, needs, archived } = route.useSearch()
  const navigate = route.useNavigate()
  const chosen = archived === true ? 'archived' : needs === 'person' ? 'needs_you' : (status ?? '')
  return (
    <Select
      aria-label="Status"
      className="w-36"
      value={chosen}
      onChange={({ target }) =>
        void navigate({
          search: (now) => ({
            ...now,
            page: undefined,
            status: JobStatus.safeParse(target.value).data,
            needs: target.value === 'needs_you' ? ('person' as const) : undefined,
            archived: target.value === 'archived' ? (true as const) : undefined,
          }),
        })
      }
    >
      <option value="">Every status</option>
      <option value="needs_you">{statuses.needs_you.label}</option>
      {JobStatus.options.map((option) => (
        <option key={option} value={option}>
          {statuses[option].label}
        </option>
      ))}
      <option value="archived">Archived</option>
    </Select>
  )
}

function Order() {
  const { sort_by: by, sort_order: order } = route.useSearch()
  const navigate = route.useNavigate()
  const sorted = sorts.find((sort) => sort.sort_by === by && sort.sort_order === order)
  return (
    <Select
      aria-label="Order"
      className="w-40"
      value={sorted?.name ?? 'attention'}
      onChange={({ target }) => {
        const { sort_by, sort_order } = sorts.find(({ name }) => name === target.value) ?? sorts[0]
        void navigate({ search: (now) => ({ ...now, page: undefined, sort_by, sort_order }) })
      }}
    >
      {sorts.map(({ name, label }) => (
        <option key={name} value={name}>
          {label}
        </option>
      ))}
    </Select>
  )
}

/** Searches while typing; the URL is updated without a history entry per character. */
function SearchBox() {
  const { q } = route.useSearch()
  const navigate = route.useNavigate()
  const [text, setText] = useState(q ?? '')
  const [seen, setSeen] = useState(q)
  if (q !== seen) {
    setSeen(q)
    // Cleared elsewhere.
    if (q === undefined) setText('')
  }
  return (
    <span className="relative min-w-40 flex-1 sm:max-w-80">
      <Search aria-hidden className="pointer-events-none absolute top-2 left-2.5 size-4 text-muted" />
      <Input
        type="search"
        aria-label="Search in titles and visions"
        placeholder="Search"
        value={text}
        className="pl-8"
        onChange={({ target }) => {
          setText(target.value)
          const words = target.value.trim()
          void navigate({
            replace: true,
            search: (now) => ({ ...now, page: undefined, q: words === '' ? undefined : words }),
          })
        }}
      />
    </span>
  )
}

export function Pager({ list }: { readonly list: JobList }) {
  const navigate = route.useNavigate()
  const last = Math.ceil(list.total / list.page_size)
  const go = (page: number): void => void navigate({ search: (now) => ({ ...now, page }) })
  const first = (list.page - 1) * list.page_size + 1
  return (
    <nav
      aria-label="Pages"
      className="flex shrink-0 items-center justify-end gap-2 border-t border-line px-6 py-1.5 text-xs text-muted tabular-nums max-md:px-4"
    >
      <span className="mr-auto">
        {first} to {first + list.jobs.length - 1} of {list.total}
      </span>
      <IconButton
        label="Previous page"
        size="small"
        disabled={list.page <= 1}
        onClick={() => go(list.page - 1)}
      >
        <ChevronLeft />
      </IconButton>
      <span>
        {list.page} of {last}
      </span>
      <IconButton
        label="Next page"
        size="small"
        disabled={list.page >= last}
        onClick={() => go(list.page + 1)}
      >
        <ChevronRight />
      </IconButton>
    </nav>
  )
}
