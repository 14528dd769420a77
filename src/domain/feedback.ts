import type { Attempt, Feedback, Snapshot } from './model.ts'

/** Why the work of this attempt came back, for the agent that tries next: newest reason first. */
export function feedbackFor(snapshot: Snapshot, attempt: Attempt): Feedback[] {
  const feedback: Feedback[] = []
  for (const work of snapshot.work) {
    if (work.attemptId !== attempt.id || work.outcome === null) continue
    if (work.outcome.kind === 'checks' && work.outcome.verdict === 'fail') {
      for (const failed of work.outcome.failed) {
        feedback.push({ kind: 'check', summary: `The check "${failed.command}" failed.`, log: failed.log })
      }
    }
    if (work.outcome.kind === 'conflict') {
      const files = work.outcome.files.join(', ')
      feedback.push({
        kind: 'conflict',
        summary: `The work could not be merged; others changed the same lines of ${files}.`,
      })
    }
  }
  for (const review of snapshot.attempts) {
    const verdict = review.subjectId === attempt.id ? review.outcome?.review : undefined
    if (verdict?.verdict === 'fail') {
      feedback.push({
        kind: 'review',
        summary: verdict.summary,
        log: verdict.findings.map((finding) => `- ${finding}`).join('\n'),
      })
    }
  }
  if (attempt.status === 'lost') {
    feedback.push({
      kind: 'interrupted',
      summary:
        'The attempt before this one was interrupted; its unmerged work is in the workspace where it could be kept.',
    })
  }
  if (attempt.status === 'failed' && attempt.error !== null) {
    feedback.push({ kind: 'note', summary: `The attempt before this one failed: ${attempt.error}` })
  }
  return feedback
}
