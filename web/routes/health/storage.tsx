import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { RemovedJob, StorageView, StoredJob } from '../../../src/contract/storage.ts'
import { queries } from '../../api/queries.ts'
import { Callout, Failure } from '../../ui/callout.tsx'
import { Button } from '../../ui/controls/button.tsx'
import { lazyPart } from '../../ui/lazy-part.tsx'
import { Section } from '../../ui/page.tsx'
import { SkeletonRows } from '../../ui/skeleton.tsx'
import { fileSize } from '../../ui/text/file-size.ts'
import { Ago } from '../../ui/text/since.tsx'
import { useNow } from '../../ui/text/time.ts'
import { countedJobs } from '../../words/counted-jobs.ts'
import { DiskBar } from './disk-bar.tsx'
import { aboutToBeLost, reasons, retentionSentence } from './storage-words.ts'
import { StoredJobs } from './stored-jobs.tsx'

const RemoveNow = lazyPart(async () => (await import('./remove-now.tsx')).RemoveNow)

/** The disk, the stored jobs with their removal, and those removed recently; a button removes the next ones now. */
export function Storage() {
  const { data, error } = useQuery(queries.storage())
  const [asked, setAsked] = useState<readonly StoredJob[] | null>(null)
  const going = data?.jobs.filter(({ goes }) => goes !== null) ?? []
  return (
    <Section
      title="Storage"
      hint="The disk that holds the data directory, and how much of it the jobs use."
      actions={going.length > 0 && <Button onClick={() => setAsked(going)}>Remove now</Button>}
    >
      {data !== undefined && <Body storage={data} />}
      {data === undefined && (error === null ? <SkeletonRows rows={4} /> : <Failure error={error} />)}
      {asked !== null && (
        <RemoveNow jobs={asked} onClose={() => setAsked(null)} onFailed={() => setAsked(null)} />
      )}
    </Section>
  )
}

function Body({ storage }: { readonly storage: StorageView }) {
  return (
    <div className="flex flex-col gap-4">
      <DiskBar disk={storage.disk} jobs={storage.bytes} />
      <p>
        {retentionSentence(storage.retention)}{' '}
        <Link to="/settings" className="rounded text-accent underline underline-offset-2 hover:text-ink">
          Change this
        </Link>
      </p>
      <Lost jobs={storage.jobs} />
      {storage.jobs.length > 0 && <StoredJobs jobs={storage.jobs} />}
      {storage.removed.length > 0 && <Removed jobs={storage.removed} />}
    </div>
  )
}

const namesShown = 5

/** Lists the jobs that will be removed soon and that nobody has a copy of. */
function Lost({ jobs }: { readonly jobs: readonly StoredJob[] }) {
  const lost = aboutToBeLost(jobs, useNow())
  if (lost.length === 0) return null
  const more = lost.length - namesShown
  return (
    <Callout
      tone="waiting"
      title={
        lost.length === 1
          ? 'Nobody has a copy of a job that will be removed soon'
          : `Nobody has a copy of ${lost.length} jobs that will be removed soon`
      }
    >
      <p className="text-muted">Download or clone what you want to keep:</p>
      <ul>
        {lost.slice(0, namesShown).map((job) => (
          <li key={job.id}>
            <Link
              to="/jobs/$id"
              params={{ id: job.id }}
              dir="auto"
              className="rounded text-accent hover:underline"
            >
              {job.title}
            </Link>
          </li>
        ))}
        {more > 0 && <li className="text-muted">and {more} more</li>}
      </ul>
    </Callout>
  )
}

function Removed({ jobs }: { readonly jobs: readonly RemovedJob[] }) {
  return (
    <details>
      <summary className="cursor-pointer rounded py-1 text-muted hover:text-ink">
        Recently removed: {countedJobs(jobs.length)}
      </summary>
      <ul className="mt-1 border-t border-line">
        {jobs.map((job) => (
          <li
            key={job.id}
            className="flex flex-wrap items-baseline gap-x-4 border-b border-line py-1.5 text-muted"
          >
            <span dir="auto" className="min-w-0 flex-1 basis-48 truncate text-ink" title={job.title}>
              {job.title}
            </span>
            {!job.was_taken && <span className="text-xs text-waiting">nobody had a copy</span>}
            <span className="text-xs">{reasons[job.reason]}</span>
            <span className="text-xs tabular-nums">{fileSize(job.bytes)}</span>
            <span className="text-xs">
              <Ago at={job.removed_at} />
            </span>
          </li>
        ))}
      </ul>
    </details>
  )
}
