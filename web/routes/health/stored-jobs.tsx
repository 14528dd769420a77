import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { StoredJob } from '../../../src/contract/storage.ts'
import { StatusPill } from '../../parts/status-pill.tsx'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/controls/button.tsx'
import { cx } from '../../ui/cx.ts'
import { fileSize } from '../../ui/text/file-size.ts'
import { Ago } from '../../ui/text/since.tsx'
import { useNow } from '../../ui/text/time.ts'
import { countedJobs } from '../../words/counted-jobs.ts'
import { goesWords } from './storage-words.ts'

const shownAtFirst = 10
const cell = 'py-1.5 pr-4 text-xs text-muted last:pr-0'
const notOnPhones = 'max-sm:hidden'

/** The table of stored jobs, the largest first: when each ended, whether somebody has a copy, and when it is removed. */
export function StoredJobs({ jobs }: { readonly jobs: readonly StoredJob[] }) {
  const [isWhole, setIsWhole] = useState(false)
  const sorted = jobs.toSorted((a, b) => b.bytes - a.bytes)
  return (
    <div className="flex flex-col gap-2">
      <table className="w-full text-left">
        <caption className="sr-only">The largest jobs</caption>
        <thead className="border-b border-line text-xs text-muted">
          <tr>
            <Head>Job</Head>
            <Head className="text-right">Size</Head>
            <Head className={notOnPhones}>Ended</Head>
            <Head className={notOnPhones}>Copy</Head>
            <Head>Goes</Head>
          </tr>
        </thead>
        <tbody>
          {sorted.slice(0, isWhole ? undefined : shownAtFirst).map((job) => (
            <Row key={job.id} job={job} />
          ))}
        </tbody>
      </table>
      {!isWhole && sorted.length > shownAtFirst && (
        <div>
          <Button size="small" onClick={() => setIsWhole(true)}>
            Show all {countedJobs(sorted.length)}
          </Button>
        </div>
      )}
    </div>
  )
}

function Head({ className, children }: { readonly className?: string; readonly children: string }) {
  return (
    <th scope="col" className={cx('py-1.5 pr-4 font-normal last:pr-0', className)}>
      {children}
    </th>
  )
}

function Row({ job }: { readonly job: StoredJob }) {
  const now = useNow()
  return (
    <tr className="border-b border-line">
      <td className="w-full max-w-0 py-1.5 pr-4">
        <span className="flex items-center gap-2">
          <Link
            to="/jobs/$id"
            params={{ id: job.id }}
            dir="auto"
            title={job.title}
            className="truncate rounded font-medium hover:underline"
          >
            {job.title}
          </Link>
          {job.archived && <Badge>Archived</Badge>}
        </span>
        <span className="flex gap-x-2 text-xs text-muted sm:hidden">
          <Ended job={job} />
          {job.completed_at !== null && <Copy job={job} />}
        </span>
      </td>
      <td className={cx(cell, 'text-right whitespace-nowrap text-ink tabular-nums')}>
        {fileSize(job.bytes)}
      </td>
      <td className={cx(cell, 'whitespace-nowrap', notOnPhones)}>
        <Ended job={job} />
      </td>
      <td className={cx(cell, 'whitespace-nowrap', notOnPhones)}>
        {job.completed_at !== null && <Copy job={job} />}
      </td>
      <td className={cx(cell, 'whitespace-nowrap', job.goes !== null && 'text-waiting')}>
        {job.completed_at !== null && goesWords(job, now)}
      </td>
    </tr>
  )
}

function Ended({ job }: { readonly job: StoredJob }) {
  if (job.completed_at === null) return <StatusPill status={job.status} look="bare" />
  return <Ago at={job.completed_at} />
}

function Copy({ job }: { readonly job: StoredJob }) {
  if (job.taken_at === null) return <>no copy</>
  return (
    <>
      taken <Ago at={job.taken_at} />
    </>
  )
}
