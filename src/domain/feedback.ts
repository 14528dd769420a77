import type { Attempt, Feedback, Snapshot, Work } from './model.ts'

/** Returns why the work of this attempt was sent back, for the next attempt: newest reason first. */
export function feedbackFor(snapshot: Snapshot, attempt: Attempt): Feedback[] {
  return [
    ...snapshot.work.filter((work) => work.attemptId === attempt.id).flatMap(fromGate),
    ...snapshot.attempts.filter((review) => review.subjectId === attempt.id).flatMap(fromReview),
    ...fromEnd(attempt),
  ]
}

/** Returns the feedback of a failed check run or a conflicting merge of the attempt. */
function fromGate({ outcome }: Work): Feedback[] {
  if (outcome?.kind === 'checks' && outcome.verdict === 'fail') {
    return outcome.failed.map((failed) => ({
      kind: 'check',
      summary: `The ${failed.kind ?? 'check'} "${failed.command}" failed.`,
      log: failed.log,
    }))
  }
  if (outcome?.kind !== 'conflict') return []
  const files = outcome.files.join(', ')
  return [
    {
      kind: 'conflict',
      summary: `The work could not be merged; others changed the same lines of ${files}.`,
    },
  ]
}

function fromReview(review: Attempt): Feedback[] {
  const verdict = review.outcome?.review
  if (verdict?.verdict !== 'fail') return []
  const log = verdict.findings.map((finding) => `- ${finding}`).join('\n')
  return [{ kind: 'review', summary: verdict.summary, log }]
}

/** Returns the feedback of an attempt that did not succeed itself. */
function fromEnd(attempt: Attempt): Feedback[] {
  if (attempt.status === 'lost') {
    return [
      {
        kind: 'interrupted',
        summary:
          'The attempt before this one was interrupted; its unmerged work is in the workspace where it could be kept.',
      },
    ]
  }
  if (attempt.status !== 'failed' || attempt.error === null) return []
  return [{ kind: 'note', summary: `The attempt before this one failed: ${attempt.error}` }]
}
