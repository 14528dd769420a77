import type { JobSummary } from '../../src/contract/job.ts'
import { StatusPill } from './status-pill.tsx'

const demoNote = 'Built by the offline demo from a blueprint: no model was involved.'

/** The proof of a job. Work of the offline demo is labelled as a demo, whatever its checks say. */
export function ProofBadge({ job }: { readonly job: Pick<JobSummary, 'proof' | 'demo'> }) {
  if (!job.demo) return job.proof === null ? null : <StatusPill status={job.proof} look="bare" />
  return (
    <span className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
      <DemoChip />
      {job.proof !== null && job.proof !== 'proven' && <StatusPill status={job.proof} look="bare" />}
    </span>
  )
}

function DemoChip() {
  return (
    <span
      title={demoNote}
      className="rounded-full border border-dashed border-control px-2 text-xs font-medium whitespace-nowrap text-muted"
    >
      Demo
    </span>
  )
}
