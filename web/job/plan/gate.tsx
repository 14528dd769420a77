import { useState } from 'react'
import type { PlanView } from '../../../src/contract/plan.ts'
import { useApprovePlan, useRejectPlan } from '../../api/mutations.ts'
import { hasDraft, useTextDraft } from '../../forms/draft.ts'
import { whenSent } from '../../forms/when-sent.ts'
import { Button } from '../../ui/controls/button.tsx'
import { Field } from '../../ui/controls/field.tsx'
import { Textarea } from '../../ui/controls/input.tsx'
import { showFailure, showToast } from '../../ui/overlays/toast.tsx'

/** The gate of a proposed plan: nothing is built until a person approves this version, changes it, or rejects it. */
export function PlanGate({
  jobId,
  view,
  onEdit,
}: {
  readonly jobId: string
  readonly view: PlanView
  readonly onEdit: () => void
}) {
  const approve = useApprovePlan(jobId)
  const [isRefusing, setIsRefusing] = useState(() => hasDraft(noteKey(jobId)))
  const count = view.plan?.tasks.length ?? 0
  return (
    <div className="mb-6 flex flex-col gap-3">
      <p className="text-sm text-muted">
        {count} {count === 1 ? 'task' : 'tasks'}, proposal {view.version}. What you approve is what is built.
      </p>
      {isRefusing ? (
        <SendBack jobId={jobId} onClose={() => setIsRefusing(false)} />
      ) : (
        <div className="flex flex-wrap gap-2">
          <Button
            variant="primary"
            disabled={approve.isPending}
            onClick={() =>
              approve.mutate(view.version, {
                onError: showFailure,
                onSuccess: () => showToast('done', 'Approved: the team starts building.'),
              })
            }
          >
            Approve the plan
          </Button>
          <Button onClick={onEdit}>Edit it</Button>
          <Button onClick={() => setIsRefusing(true)}>Send it back</Button>
        </div>
      )}
    </div>
  )
}

/** Returns the key under which the note of a rejection is stored while it is written. */
function noteKey(jobId: string): string {
  return `plan-note.${jobId}`
}

function SendBack({ jobId, onClose }: { readonly jobId: string; readonly onClose: () => void }) {
  const reject = useRejectPlan(jobId)
  const [note, setNote] = useTextDraft(noteKey(jobId))
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault()
        whenSent(reject.mutateAsync(note), () => {
          setNote('')
          showToast('done', 'Sent back: the planner works on it again.')
          onClose()
        })
      }}
    >
      <Field
        label="What should be different?"
        hint="The planner sees this text and the current plan, and proposes another."
        error={reject.error?.message}
      >
        {(control) => (
          <Textarea
            {...control}
            autoFocus
            rows={3}
            value={note}
            onChange={(event) => setNote(event.target.value)}
          />
        )}
      </Field>
      <div className="flex gap-2">
        <Button type="submit" variant="primary" disabled={reject.isPending || note.trim() === ''}>
          Send it back
        </Button>
        <Button
          variant="quiet"
          onClick={() => {
            setNote('')
            onClose()
          }}
        >
          Keep it
        </Button>
      </div>
    </form>
  )
}
