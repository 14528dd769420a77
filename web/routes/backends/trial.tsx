import { useEffect } from 'react'
import type { BackendTrial, BackendView } from '../../../src/contract/backend.ts'
import { useTryBackend } from '../../api/backend-mutations.ts'
import { Callout, Failure } from '../../ui/callout.tsx'
import { Dialog } from '../../ui/overlays/dialog.tsx'
import { Elapsed } from '../../ui/text/since.tsx'
import { clockTime, measured } from '../../ui/text/time.ts'

/** A trial of a backend: a real session of one turn, inside the walls, with its transcript. */
export function TrialWindow({
  backend,
  onClose,
}: {
  readonly backend: BackendView
  readonly onClose: () => void
}) {
  const { mutate, data, error, submittedAt } = useTryBackend()
  useEffect(() => mutate(backend.name), [mutate, backend.name])
  return (
    <Dialog
      open
      width="wide"
      title={`Test of ${backend.display_name}`}
      onOpenChange={(isOpen) => !isOpen && onClose()}
    >
      <div aria-live="polite" className="flex flex-col gap-4">
        {data === undefined && error === null && (
          <p className="text-muted">
            Waiting for {backend.display_name} to start, open a session and answer
            {submittedAt > 0 && (
              <>
                , <Elapsed from={new Date(submittedAt).toISOString()} /> so far
              </>
            )}
            .
          </p>
        )}
        {error !== null && <Failure error={error} />}
        {data !== undefined && <Outcome trial={data} />}
      </div>
    </Dialog>
  )
}

function Outcome({ trial }: { readonly trial: BackendTrial }) {
  return (
    <>
      <Callout
        tone={trial.ok ? 'done' : 'failed'}
        title={trial.ok ? `It answered in ${measured(trial.duration_ms)}` : 'It did not work'}
      >
        <p className="text-muted">
          {trial.error ??
            `Version ${trial.version ?? 'unknown'}: the program started, opened a session and ended its turn.`}
        </p>
      </Callout>
      {trial.transcript.length > 0 && (
        <ol aria-label="What happened" className="flex flex-col">
          {trial.transcript.map((event, index) => (
            <li key={index} className="grid grid-cols-[4.5rem_minmax(0,1fr)] gap-2 border-t border-line py-2">
              <span className="text-xs text-muted tabular-nums">{clockTime(event.at)}</span>
              <span className="text-sm wrap-anywhere whitespace-pre-wrap">{event.message}</span>
            </li>
          ))}
        </ol>
      )}
    </>
  )
}
