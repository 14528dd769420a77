import type { EventType } from './event-data.ts'

/**
 * The meaning of each type of event. docs/events.md is generated from this and from the shapes of event-data.ts. How events
 * are shown is in event-kinds.ts, because a browser needs only that.
 */
export const eventTypes: Readonly<Record<EventType, string>> = {
  'job.created': 'The job was accepted.',
  'job.started': 'Work on the job began: its first work was claimed.',
  'job.phase': 'The job entered a phase.',
  'job.waiting': 'The job waits: for what, since when and until when.',
  'job.continued': 'A wait is over, or a person continued a failed job.',
  'job.budget': 'A person set the budget; null is no limit.',
  'job.priority': 'A person changed the priority of the job.',
  'job.archived': 'A person hid the job from the lists.',
  'job.unarchived': 'A person put the job back into the lists.',
  'job.taken': 'The files of the job were downloaded or cloned for the first time.',
  'job.cancel_requested': 'A person cancelled the job; it ends when its processes have ended.',
  'job.cancelled': 'The job was cancelled; no process of it is left.',
  'job.restarted': 'A person restarted a failed or cancelled job where it stopped.',
  'job.delivered': 'The repository was delivered.',
  'job.completed': 'The job is completed.',
  'job.proven': 'A waiver made a completed job proven.',
  'job.failed': 'The job failed; the message gives the reason.',
  'job.rescued':
    'An unfinished job had nothing that would move it and was queued again: a fault of the server.',

  'plan.proposed': 'A plan waits for approval.',
  'plan.edited': 'A person changed the proposed plan.',
  'plan.approved': 'A person approved the plan.',
  'plan.rejected': 'A person sent the plan back.',
  'plan.adopted': 'The plan became the tasks of the job.',

  'task.created': 'A task was added.',
  'task.ready': 'Everything that the task depends on is done.',
  'task.retried': 'A person started the task over; `freed` are tasks that had been skipped because of it.',
  'task.cancel_requested': 'A person cancelled the task; it ends when its processes have ended.',
  'task.cancelled': 'The task was cancelled.',
  'task.skipped': 'The task was skipped, because one that it depends on was not done.',
  'task.merged': "The task's work is on the branch of the job; without a commit when it changed nothing.",
  'task.conflict': 'The work conflicts with what was merged before.',
  'task.completed': 'The task is done.',
  'task.failed': 'The task failed; the message gives the reason.',

  'attempt.created': 'An attempt was given to an agent.',
  'attempt.started': 'The agent began to work, or to review.',
  'attempt.progress': 'The agent reported progress of its own accord.',
  'attempt.waiting': 'The agent waits for an answer to its questions.',
  'attempt.resumed': 'The agent works again after its questions were closed.',
  'attempt.commits_kept':
    'Commits, stashes and files outside the checkpoint were kept under refs of the attempt.',
  'attempt.commits_not_kept': 'Some changes of the agent could not be kept; the message gives the details.',
  'attempt.succeeded': 'The attempt ended with a checkpoint.',
  'attempt.failed': 'The attempt failed; the message gives the reason.',
  'attempt.held': 'The attempt was interrupted through no fault of its own.',
  'checkpoint.left_out': 'Files that were not committed, and why.',

  'session.prepared': 'The workspace of the attempt is ready.',
  'session.started': 'The program of the agent is being started.',
  'session.model': 'The agent named its model.',
  'session.message': 'Text of the agent; pieces of one message are joined.',
  'session.thought': 'Thoughts of the agent.',
  'session.tool_call': 'A tool call, or news of one.',
  'session.plan': "The agent's own plan.",
  'session.permission': 'A permission that the policy of the job answered.',
  'session.usage': 'Tokens and cost so far; `call` is the one call at the gateway that was added.',
  'session.note': 'A remark of the server about the session.',
  'session.capped': 'Updates that are in the transcript file only.',

  'review.verdict': 'The reviewer accepted or rejected the work.',
  'review.failed': 'The review failed; the message gives the reason.',
  'review.held': 'The review was interrupted through no fault of its own.',

  'permission.asked': 'The agent asks a person before it acts.',
  'permission.answered': 'The request is over.',
  'question.asked': 'The agent asks a person.',
  'question.answered': 'A person answered.',
  'question.closed': 'The question ended without an answer.',
  'person.message': 'A person wrote to an agent.',
  'message.delivered': 'The agent got the message: with its brief, or between two turns.',

  'work.lost': 'Work was interrupted because its worker ended or stopped answering.',
  'work.cancelled': 'Work was withdrawn before it began.',

  'checks.started': 'The checks begin on a clean checkout.',
  'checks.none': 'There was nothing to check.',
  'checks.failed': 'The checks could not be run; the message gives the reason.',
  'checks.held': 'The run of checks was interrupted and is repeated.',
  'check.started': 'A check began.',
  'check.finished': 'A check ended.',
  'setup.finished': 'A setup command ended.',
  'finding.found': 'There is a finding against the proof although the checks pass.',
  'finding.waived': 'A person said why a finding does not matter.',

  'merge.failed': 'The merge failed; the message gives the reason.',
  'merge.held': 'The merge was interrupted and is repeated.',
  'deliver.failed': 'The delivery failed; the message gives the reason.',
  'deliver.held': 'The delivery was interrupted and is repeated.',

  'document.added': 'A person added a document.',
  'document.removed': 'A person removed a document.',
}
