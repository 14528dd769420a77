import type { SyntheticEvent } from 'react'
import { useRetryTask } from '../../api/mutations.ts'
import { useTextDraft } from '../../forms/draft.ts'
import { whenSent } from '../../forms/when-sent.ts'
import { Failure } from '../../ui/callout.tsx'
import { Button } from '../../ui/controls/button.tsx'
import { Field } from '../../ui/controls/field.tsx'
import { Textarea } from '../../ui/controls/input.tsx'

/** Restarts the task, with an optional note for the next attempt. */
export function RetryForm({
  jobId,
  taskId,
  onClose,
}: {
  readonly jobId: string
  readonly taskId: string
  readonly onClose: () => void
}) {
  const retry = useRetryTask(jobId, taskId)
  const [note, setNote] = useTextDraft(`retry.${taskId}`)
  const onSubmit = (event: SyntheticEvent): void => {
    event.preventDefault()
    whenSent(retry.mutateAsync(note.trim()), () => {
      setNote('')
      onClose()
    })
  }
  return (
    <form
      onSubmit={onSubmit}
      className="flex w-full flex-col gap-3 rounded-lg border border-line bg-sunken p-3"
    >
      <Field
        label="A note for the next attempts"
        hint="What should be different this time. You can leave it empty."
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
      {retry.error !== null && <Failure error={retry.error} />}
      <div className="flex justify-end gap-2">
        <Button size="small" variant="quiet" onClick={onClose}>
          Leave it
        </Button>
        <Button size="small" variant="primary" type="submit" disabled={retry.isPending}>
          Start over
        </Button>
      </div>
    </form>
  )
}
