import { useQuery } from '@tanstack/react-query'
import { useId, useState } from 'react'
import type { JobView } from '../../../src/contract/job.ts'
import { queries } from '../../api/queries.ts'
import { StatusPill } from '../../parts/status-pill.tsx'
import { Badge } from '../../ui/badge.tsx'
import { lazyPart } from '../../ui/lazy-part.tsx'
import { ProgressBar } from '../../ui/progress-bar.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { Elapsed } from '../../ui/text/since.tsx'
import { fullTime } from '../../ui/text/time.ts'
import { jobState } from '../../words/job-state.ts'
import { statuses } from '../../words/status.ts'
import { JobActions } from './job-actions.tsx'
import { JobFacts } from './job-facts.tsx'
import { JobTabs } from './job-tabs.tsx'
import { PhaseStepper } from './phase-stepper.tsx'
import { phaseSteps } from './phases.ts'
import { VisionToggle } from './vision-toggle.tsx'
import { WaitLine } from './wait-line.tsx'

const FailureLine = lazyPart(async () => (await import('./failure-line.tsx')).FailureLine)

/** The job at a glance: its title, state, wait, and actions. */
export function JobHeader({ job }: { readonly job: JobView }) {
  return (
    <header className="flex shrink-0 flex-col gap-2 border-b border-line px-6 pt-3 max-md:px-4">
      <Title job={job} />
      <div className="flex flex-wrap items-center gap-x-6 gap-y-1.5">
        <Phases job={job} />
        <span className="flex shrink-0 items-center gap-2 text-xs whitespace-nowrap text-muted tabular-nums">
          <ProgressBar
            value={job.progress}
            label="Progress of the job"
            tone={statuses[job.status].tone}
            className="w-20 shrink-0"
          />
          {job.progress} %
        </span>
        {job.checking !== null && (
          <span
            title={job.checking.command}
            className="text-xs whitespace-nowrap text-running tabular-nums max-md:hidden"
          >
            Check {job.checking.number} of {job.checking.total}, <Elapsed from={job.checking.started_at} />
          </span>
        )}
        <div className="ml-auto max-md:ml-0">
          <JobFacts job={job} />
        </div>
      </div>
      <WaitLine job={job} />
      {job.status === 'failed' && <FailureLine job={job} />}
      <JobTabs job={job} />
    </header>
  )
}

function Title({ job }: { readonly job: JobView }) {
  const [isOpen, setIsOpen] = useState(false)
  const visionId = useId()
  return (
    <div>
      <div className="flex flex-wrap items-start gap-x-3 gap-y-1.5">
        <h1
          dir="auto"
          className="min-w-0 flex-1 text-lg font-semibold text-pretty wrap-anywhere max-sm:basis-full"
        >
          {job.title}
        </h1>
        <div className="flex min-h-7 items-center gap-3">
          {job.vision.trim() !== job.title.trim() && (
            <VisionToggle isOpen={isOpen} controls={visionId} onToggle={() => setIsOpen(!isOpen)} />
          )}
          <StatusPill status={jobState(job)} />
          {job.archived_at !== null && (
            <Badge>
              <span title={`Since ${fullTime(job.archived_at)}`}>Archived</span>
            </Badge>
          )}
        </div>
        <div className="flex items-center gap-1.5 max-sm:ml-auto">
          <JobActions job={job} />
        </div>
      </div>
      {isOpen && (
        <p
          id={visionId}
          dir="auto"
          className="mt-2 max-h-56 overflow-y-auto rounded-md bg-sunken px-3 py-2 text-base whitespace-pre-wrap wrap-anywhere"
        >
          {job.vision}
        </p>
      )}
    </div>
  )
}

/**
 * The phases of the job. A failed job has no phase, so its tasks are needed to show where it stopped; a skeleton until they
 * are loaded.
 */
function Phases({ job }: { readonly job: JobView }) {
  const isAsked = job.current_phase === 'error'
  const { data: tasks } = useQuery({ ...queries.tasks(job.id), enabled: isAsked })
  if (isAsked && tasks === undefined) return <Skeleton className="h-4 w-96 max-md:w-56" />
  return <PhaseStepper steps={phaseSteps(job, tasks ?? [])} />
}
