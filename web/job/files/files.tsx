import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { ApiError } from '../../../src/client/api-error.ts'
import { queries } from '../../api/queries.ts'
import { useJobId } from '../../shell/use-job-id.ts'
import { Failure } from '../../ui/callout.tsx'
import { Button } from '../../ui/controls/button.tsx'
import { Segmented } from '../../ui/controls/segmented.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { lazyPart } from '../../ui/lazy-part.tsx'
import { SkeletonRows } from '../../ui/skeleton.tsx'
import { FilesBrowser } from './browser.tsx'
import { History } from './history.tsx'

const Changes = lazyPart(async () => (await import('./changes.tsx')).Changes, {
  prefetch: 'never',
  fallback: () => <SkeletonRows />,
})
const route = getRouteApi('/app/jobs/$id/files')

const views = [
  { value: 'files', label: 'Files' },
  { value: 'diff', label: 'Changes' },
  { value: 'commits', label: 'History' },
] as const

/** The job's repository: its files, its changes, and its commits, all read from git objects. */
export function Files() {
  const id = useJobId()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const view = search.view ?? 'files'
  const { data: tree, error } = useQuery(queries.files(id, search.ref))
  if (error instanceof ApiError && error.status === 404 && search.ref === undefined)
    return <EmptyState title="No files yet">They appear when the first task is merged.</EmptyState>
  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="flex shrink-0 flex-wrap items-center gap-3 border-b border-line px-6 py-2 max-md:px-4">
        <Segmented
          label="Part of the repository"
          value={view}
          options={views}
          onChange={(next) =>
            void navigate({ search: (now) => ({ ...now, view: next === 'files' ? undefined : next }) })
          }
        />
        {search.ref !== undefined && (
          <span className="flex items-center gap-2 text-xs text-muted">
            As of commit <code>{search.ref.slice(0, 12)}</code>
            <Button
              size="small"
              onClick={() =>
                void navigate({
                  search: (now) => ({ ...now, ref: undefined, from: undefined, to: undefined }),
                })
              }
            >
              Back to the latest
            </Button>
          </span>
        )}
      </div>
      <div className="min-h-0 flex-1">
        {tree === undefined && error === null && <SkeletonRows />}
        {error !== null && (
          <div className="p-6">
            <Failure error={error} />
          </div>
        )}
        {tree !== undefined && view === 'files' && <FilesBrowser jobId={id} tree={tree} />}
        {tree !== undefined && view === 'commits' && <History jobId={id} />}
        {tree !== undefined && view === 'diff' && <Changes jobId={id} />}
      </div>
    </div>
  )
}
