import type { EventType } from './event-data.ts'

/**
 * The kind of each type of event. It determines how an event is shown: on the command line, in the web interface, in a
 * transcript and in the prompt of the agent that continues. Views depend on the kind, never on the type.
 */
export type EventKind =
  /** Messages, thoughts and actions of the agent; pieces of one thing are joined. */
  | 'message'
  | 'thought'
  | 'tool_call'
  | 'agent_plan'
  /** Progress that the agent reports of its own accord. */
  | 'report'
  /** Remarks of the server about the session, and how it was started. */
  | 'permission'
  | 'note'
  | 'setting'
  /** Numbers, which are shown next to the session and not in it. */
  | 'count'
  /** What people write to the agent, and that it got it. */
  | 'person'
  | 'delivery'
  | 'answer'
  /** A change of the job. For a check, the verdict determines whether it is good or bad. */
  | 'step'
  | 'success'
  | 'failure'
  | 'wait'
  | 'check'

export const eventKinds: Readonly<Record<EventType, EventKind>> = {
  'job.created': 'step',
  'job.started': 'step',
  'job.phase': 'step',
  'job.waiting': 'wait',
  'job.continued': 'step',
  'job.budget': 'step',
  'job.priority': 'step',
  'job.archived': 'step',
  'job.unarchived': 'step',
  'job.taken': 'step',
  'job.cancel_requested': 'step',
  'job.cancelled': 'step',
  'job.restarted': 'step',
  'job.delivered': 'step',
  'job.completed': 'success',
  'job.proven': 'step',
  'job.failed': 'failure',
  'job.rescued': 'step',

  'plan.proposed': 'step',
  'plan.edited': 'step',
  'plan.approved': 'step',
  'plan.rejected': 'step',
  'plan.adopted': 'step',

  'task.created': 'step',
  'task.ready': 'step',
  'task.retried': 'step',
  'task.cancel_requested': 'step',
  'task.cancelled': 'step',
  'task.skipped': 'step',
  'task.merged': 'step',
  'task.conflict': 'failure',
  'task.completed': 'success',
  'task.failed': 'failure',

  'attempt.created': 'step',
  'attempt.started': 'step',
  'attempt.progress': 'report',
  'attempt.waiting': 'step',
  'attempt.resumed': 'step',
  'attempt.commits_kept': 'step',
  'attempt.commits_not_kept': 'step',
  'attempt.succeeded': 'step',
  'attempt.failed': 'failure',
  'attempt.held': 'step',
  'checkpoint.left_out': 'step',

  'session.prepared': 'setting',
  'session.started': 'setting',
  'session.model': 'setting',
  'session.message': 'message',
  'session.thought': 'thought',
  'session.tool_call': 'tool_call',
  'session.plan': 'agent_plan',
  'session.permission': 'permission',
  'session.usage': 'count',
  'session.note': 'note',
  'session.capped': 'note',

  'review.verdict': 'step',
  'review.failed': 'failure',
  'review.held': 'step',

  'permission.asked': 'step',
  'permission.answered': 'answer',
  'question.asked': 'step',
  'question.answered': 'step',
  'question.closed': 'step',
  'person.message': 'person',
  'message.delivered': 'delivery',

  'work.lost': 'failure',
  'work.cancelled': 'step',

  'checks.started': 'step',
  'checks.none': 'step',
  'checks.failed': 'failure',
  'checks.held': 'step',
  'check.started': 'step',
  'check.finished': 'check',
  'setup.finished': 'check',
  'finding.found': 'step',
  'finding.waived': 'step',

  'merge.failed': 'failure',
  'merge.held': 'step',
  'deliver.failed': 'failure',
  'deliver.held': 'step',

  'document.added': 'step',
  'document.removed': 'step',
}
