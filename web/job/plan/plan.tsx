import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { TaskView } from '../../../src/contract/job.ts'
import type { PlanView } from '../../../src/contract/plan.ts'
import { queries } from '../../api/queries.ts'
import { hasDraft } from '../../forms/draft.ts'
import { useJobId } from '../../shell/use-job-id.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { lazyPart } from '../../ui/lazy-part.tsx'
import { Section } from '../../ui/page.tsx'
import { QueryBody } from '../../ui/query-body.tsx'
import { SkeletonRows } from '../../ui/skeleton.tsx'
import { PlanDocuments } from './documents.tsx'
import { draftKey } from './draft.ts'
import { PlanGate } from './gate.tsx'
import { PlanGraph } from './graph.tsx'
import { PlanTasks } from './tasks.tsx'

const PlanEditor = lazyPart(async () => (await import('./editor.tsx')).PlanEditor, {
  fallback: () => <SkeletonRows />,
})

/** The plan with its gate, as a graph and as text, followed by the planners' documents. */
export function PlanTab() {
  const id = useJobId()
  const { data: tasks = [] } = useQuery(queries.tasks(id))
  const { data: job } = useQuery(queries.job(id))
  return (
    <QueryBody query={useQuery(queries.plan(id))}>
      {(view) => (
        <div className="mx-auto flex w-full max-w-280 flex-col px-6 py-5 max-md:px-4">
          {view.plan === null ? (
            <NoPlan isSolo={job?.mode === 'solo'} isOver={job !== undefined && job.completed_at !== null} />
          ) : (
            // Another proposal is another plan: edits belong to the previous version.
            <ThePlan
              key={view.version}
              jobId={id}
              view={view}
              tasks={tasks}
              isWaiting={job?.wait?.for === 'approval'}
            />
          )}
          <PlanDocuments jobId={id} />
        </div>
      )}
    </QueryBody>
  )
}

function NoPlan({ isSolo, isOver }: { readonly isSolo: boolean; readonly isOver: boolean }) {
  if (isSolo)
    return (
      <EmptyState title="One agent, no plan">
        A job in solo mode is a single task: its card is on the board.
      </EmptyState>
    )
  if (isOver)
    return (
      <EmptyState title="No plan was made">The job ended before its planners had proposed one.</EmptyState>
    )
  return (
    <EmptyState title="No plan yet">
      The product owner writes the requirements, then the architect makes a design and divides the work into
      tasks.
    </EmptyState>
  )
}

function ThePlan({
  jobId,
  view,
  tasks,
  isWaiting,
}: {
  readonly jobId: string
  readonly view: PlanView
  readonly tasks: readonly TaskView[]
  readonly isWaiting: boolean
}) {
  // Unsaved edits are restored.
  const [isEditing, setIsEditing] = useState(() => isWaiting && hasDraft(draftKey(jobId, view.version)))
  const { plan } = view
  if (plan === null) return null
  if (isEditing)
    return <PlanEditor jobId={jobId} version={view.version} plan={plan} onClose={() => setIsEditing(false)} />
  return (
    <>
      {view.state === 'proposed' && isWaiting && (
        <PlanGate jobId={jobId} view={view} onEdit={() => setIsEditing(true)} />
      )}
      <Section title={plan.title} hint={plan.summary === '' ? undefined : plan.summary}>
        <PlanGraph jobId={jobId} planned={plan.tasks} tasks={tasks} />
      </Section>
      <PlanTasks plan={plan} />
      {view.notes.length > 0 && <Notes notes={view.notes} />}
    </>
  )
}

function Notes({ notes }: { readonly notes: PlanView['notes'] }) {
  return (
    <Section title="Sent back" hint="Why earlier proposals were not built.">
      <ol className="flex list-decimal flex-col gap-1 pl-5">
        {notes.map(({ at, note }) => (
          <li key={at} className="wrap-anywhere whitespace-pre-wrap">
            {note}
          </li>
        ))}
      </ol>
    </Section>
  )
}
