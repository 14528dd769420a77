import { useState } from 'react'
import type { FindingView } from '../../../src/contract/finding.ts'
import { useWaive } from '../../api/mutations.ts'
import { StatusPill } from '../../parts/status-pill.tsx'
import { Button } from '../../ui/controls/button.tsx'
import { Field } from '../../ui/controls/field.tsx'
import { Input } from '../../ui/controls/input.tsx'
import { showFailure } from '../../ui/overlays/toast.tsx'
import { fullTime } from '../../ui/text/time.ts'

/** Findings that count against the proof although the checks pass. A person can waive each with a reason. */
export function Findings({
  jobId,
  findings,
}: {
  readonly jobId: string
  readonly findings: readonly FindingView[]
}) {
  if (findings.length === 0) return null
  return (
    <section aria-label="Against the proof">
      <h2 className="mb-1 font-semibold">Against the proof</h2>
      <ul className="border-t border-line">
        {findings.map((finding) => (
          <li key={finding.id} className="flex flex-col gap-2 border-b border-line py-2">
            <span className="flex items-start gap-3">
              <span className="flex w-24 shrink-0">
                <StatusPill status={finding.verdict === 'waived' ? 'waived' : 'partial'} look="bare" />
              </span>
              <span dir="auto" className="min-w-0 flex-1 wrap-anywhere">
                {finding.message}
              </span>
            </span>
            {finding.verdict === 'waived' ? (
              <span dir="auto" className="text-xs wrap-anywhere text-muted">
                Waived {finding.waived_at !== null && fullTime(finding.waived_at)}: {finding.waived_because}
              </span>
            ) : (
              <Waiver jobId={jobId} finding={finding} />
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}

function Waiver({ jobId, finding }: { readonly jobId: string; readonly finding: FindingView }) {
  const waive = useWaive(jobId, finding.id)
  const [reason, setReason] = useState('')
  const [isOpen, setIsOpen] = useState(false)
  if (!isOpen)
    return (
      <Button size="small" className="self-start" onClick={() => setIsOpen(true)}>
        Waive…
      </Button>
    )
  return (
    <form
      aria-label="Waive"
      className="flex flex-wrap items-end gap-2"
      onSubmit={(event) => {
        event.preventDefault()
        waive.mutate(reason, { onError: showFailure })
      }}
    >
      <div className="min-w-60 flex-1">
        <Field label="Why it does not matter" hint="Kept with the proof.">
          {(control) => (
            <Input
              {...control}
              autoFocus
              value={reason}
              maxLength={2000}
              onChange={(event) => setReason(event.target.value)}
            />
          )}
        </Field>
      </div>
      <Button type="submit" size="small" variant="primary" disabled={waive.isPending || reason.trim() === ''}>
        Waive
      </Button>
      <Button size="small" onClick={() => setIsOpen(false)}>
        Leave it
      </Button>
    </form>
  )
}
