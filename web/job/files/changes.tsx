import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { queries } from '../../api/queries.ts'
import { Patch } from '../../diff/patch.tsx'
import { Callout } from '../../ui/callout.tsx'
import { Segmented } from '../../ui/controls/segmented.tsx'
import { Select } from '../../ui/controls/select.tsx'
import { QueryBody } from '../../ui/query-body.tsx'

const route = getRouteApi('/app/jobs/$id/files')

const looks = [
  { value: 'unified', label: 'Unified' },
  { value: 'split', label: 'Split' },
] as const

/** The changes of the whole job, of one task, or between two commits named in the URL. */
export function Changes({ jobId }: { readonly jobId: string }) {
  const { from, to, look = 'unified' } = route.useSearch()
  const navigate = route.useNavigate()
  const range = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }
  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="flex shrink-0 flex-wrap items-center gap-3 border-b border-line px-6 py-2 max-md:px-4">
        <RangeSelect jobId={jobId} />
        <span className="ml-auto max-sm:hidden">
          <Segmented
            label="How changes are shown"
            value={look}
            options={looks}
            onChange={(next) =>
              void navigate({
                search: (now) => ({ ...now, look: next === 'unified' ? undefined : next }),
                replace: true,
              })
            }
          />
        </span>
      </div>
      <QueryBody query={useQuery(queries.diff(jobId, range))}>
        {({ diff, truncated }) => (
          <>
            {truncated && (
              <div className="px-4 pt-4">
                <Callout tone="waiting">
                  The diff is too large to be shown in full: its end is left out. To see all of it, clone the
                  repository and run <code>git diff</code> there.
                </Callout>
              </div>
            )}
            <Patch diff={diff} look={look} />
          </>
        )}
      </QueryBody>
    </div>
  )
}

/** Selects the changes of the whole job, or those of one task that has been built. */
function RangeSelect({ jobId }: { readonly jobId: string }) {
  const { from, to } = route.useSearch()
  const navigate = route.useNavigate()
  const { data: tasks = [] } = useQuery(queries.tasks(jobId))
  const built = tasks.filter((task) => task.base_commit !== null && task.head_commit !== null)
  const chosen = built.find((task) => task.base_commit === from && task.head_commit === to)
  const isOther = chosen === undefined && to !== undefined
  return (
    <Select
      aria-label="Whose changes"
      className="max-w-100 min-w-48"
      value={chosen?.task_id ?? (isOther ? 'commit' : '')}
      onChange={({ target }) => {
        const task = built.find(({ task_id }) => task_id === target.value)
        void navigate({
          search: (now) => ({
            ...now,
            from: task?.base_commit ?? undefined,
            to: task?.head_commit ?? undefined,
          }),
        })
      }}
    >
      <option value="">The whole job</option>
      {isOther && <option value="commit">Commit {to.slice(0, 12)}</option>}
      {built.map((task) => (
        <option key={task.task_id} value={task.task_id}>
          {task.title}
        </option>
      ))}
    </Select>
  )
}
