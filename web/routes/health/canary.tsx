import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { CanaryView } from '../../../src/contract/server.ts'
import { queries } from '../../api/queries.ts'
import { useRunCanary } from '../../api/run-canary.ts'
import { StatusPill } from '../../parts/status-pill.tsx'
import { Failure } from '../../ui/callout.tsx'
import { Button } from '../../ui/controls/button.tsx'
import { Section } from '../../ui/page.tsx'
import { Ago, Elapsed } from '../../ui/text/since.tsx'
import { measured } from '../../ui/text/time.ts'

/** The latest canary run, with a button to run another. */
export function Canary() {
  const { data } = useQuery(queries.canary())
  const { mutate, error, isPending } = useRunCanary()
  const isRunning = isPending || data?.status === 'running'
  return (
    <Section
      title="Canary"
      hint="A small job with which the server tests itself. It is built, checked and delivered like any other job, appears in no list, and is removed afterwards."
      actions={
        <Button disabled={isRunning || data === undefined} onClick={() => mutate()}>
          {isRunning ? 'The canary is running' : 'Run the canary'}
        </Button>
      }
    >
      {error !== null && <Failure error={error} />}
      {data !== undefined && (
        <div aria-live="polite" className="flex flex-wrap items-center gap-x-3 gap-y-1 text-muted">
          <LastRun canary={data} />
        </div>
      )}
    </Section>
  )
}

function LastRun({ canary }: { readonly canary: CanaryView }) {
  const { status, at, duration_ms, job_id, reason } = canary
  if (status === 'never' || at === null) return <p>It has not run yet.</p>
  const job = job_id !== null && (
    <Link to="/jobs/$id" params={{ id: job_id }} className="rounded text-accent hover:underline">
      its job
    </Link>
  )
  if (status === 'running')
    return (
      <>
        <StatusPill status="running" />
        <p>
          Running for <Elapsed from={at} />
          {job && <>, see {job}</>}.
        </p>
      </>
    )
  return (
    <>
      <StatusPill status={status === 'passed' ? 'pass' : 'fail'} />
      <p>
        <Ago at={at} />
        {duration_ms !== null && `, took ${measured(duration_ms)}`}
        {job && <>, see {job}</>}
      </p>
      {reason !== null && <p className="w-full wrap-anywhere text-ink">{reason}</p>}
    </>
  )
}
