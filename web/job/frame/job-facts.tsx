import type { JobView } from '../../../src/contract/job.ts'
import { needsPerson } from '../../../src/contract/words.ts'
import { ProofBadge } from '../../parts/proof-badge.tsx'
import { CopyWord } from '../../ui/text/copy-word.tsx'
import { Elapsed } from '../../ui/text/since.tsx'
import { duration, fullTime, useNow } from '../../ui/text/time.ts'
import { costText, tokensDetail, tokensText } from '../../words/usage.ts'

const shortCommit = 8
/** The minimum waiting time shown, in ms. */
const leastMs = 1_000

/** The numbers of the job; those not known yet take no space. */
export function JobFacts({ job }: { readonly job: JobView }) {
  const tokens = tokensText(job.usage)
  const cost = costText(job.usage)
  return (
    <dl className="flex flex-wrap items-center gap-x-4 gap-y-1 text-xs text-muted tabular-nums">
      {(job.proof !== null || job.demo) && (
        <Fact name="Proof">
          <ProofBadge job={job} />
        </Fact>
      )}
      {job.options.priority !== 'normal' && (
        <Fact name="Priority">{job.options.priority === 'high' ? 'High priority' : 'Low priority'}</Fact>
      )}
      {(job.head_commit !== null || job.options.source !== null) && (
        <Fact name="Branch">
          <span className="max-w-48 truncate" title={job.branch} dir="auto">
            {job.branch}
          </span>
        </Fact>
      )}
      {job.head_commit !== null && (
        <Fact name="Head commit">
          <CopyWord
            text={job.head_commit}
            shown={job.head_commit.slice(0, shortCommit)}
            label="Copy the head commit"
          />
        </Fact>
      )}
      {tokens !== null && (
        <Fact name="Tokens" title={tokensDetail(job.usage)}>
          {tokens}
        </Fact>
      )}
      {cost !== null && <Fact name="Cost">{cost}</Fact>}
      <Fact name="Backend">{job.backend}</Fact>
      <Fact name="Elapsed" title={`Created ${fullTime(job.created_at)}`}>
        {job.started_at === null ? 'Not started' : <Elapsed from={job.started_at} until={job.completed_at} />}
        <WaitedForPeople job={job} />
      </Fact>
    </dl>
  )
}

/** The part of the duration that was spent waiting for people. */
function WaitedForPeople({ job }: { readonly job: JobView }) {
  const now = useNow()
  const current = job.wait !== null && needsPerson(job) ? Math.max(0, now - Date.parse(job.wait.since)) : 0
  const waited = job.waited_ms + current
  return waited < leastMs ? null : <>, {duration(waited)} of it waiting for you</>
}

function Fact({
  name,
  title,
  children,
}: {
  readonly name: string
  readonly title?: string
  readonly children: React.ReactNode
}) {
  return (
    <div className="flex items-center" title={title}>
      <dt className="sr-only">{name}</dt>
      <dd className="flex items-center whitespace-nowrap">{children}</dd>
    </div>
  )
}
