import type { EventType } from './event-data.ts'

/**
 * How an event is shown to people, wherever they meet it: on the command line, in the web interface, in a transcript and in
 * the prompt of the agent that goes on. What shows events decides by the kind, and never by the type.
 */
export type EventKind =
  /** What the agent says, thinks and does; pieces of one thing are joined. */
  | 'message'
  | 'thought'
  | 'tool_call'
  | 'agent_plan'
  /** Progress that the agent reports of its own accord. */
  | 'report'
  /** Remarks of the server about the session, and what it was started with. */
  | 'permission'
  | 'note'
  | 'setting'
  /** Numbers, which are shown beside the session and not in it. */
  | 'count'
  /** What people write to the agent, and that it got it. */
  | 'person'
  | 'delivery'
  | 'answer'
  /** What happens to the job. The verdict of a check says whether it is good or bad. */
  | 'step'
  | 'success'
  | 'failure'
  | 'wait'
  | 'check'

/**
 * Every type of event: how it is shown, and what an event of that type says. docs/events.md is generated from this and from
 * the shapes of event-data.ts.
 */
export const eventTypes: Readonly<Record<EventType, readonly [kind: EventKind, says: string]>> = {
  'job.created': ['step', 'The job was accepted.'],
  'job.started': ['step', 'Work on the job began: its first work was claimed.'],
  'job.phase': ['step', 'The job entered a phase.'],
  'job.waiting': ['wait', 'The job waits: for what, on whom, since when and until when.'],
  'job.continued': ['step', 'A wait is over, or a person took a failed job up again.'],
  'job.budget': ['step', 'A person set the budget; null is no limit.'],
  'job.priority': ['step', 'A person changed the place of the job in the queue.'],
  'job.archived': ['step', 'A person took the job out of the lists.'],
  'job.unarchived': ['step', 'A person put the job back into the lists.'],
  'job.taken': ['step', 'The files of the job were downloaded or cloned for the first time.'],
  'job.cancel_requested': ['step', 'A person asked for the end of the job.'],
  'job.cancelled': ['step', 'The job was cancelled; no process of it is left.'],
  'job.restarted': ['step', 'A person took a failed or cancelled job up where it stopped.'],
  'job.delivered': ['step', 'The repository was handed over.'],
  'job.completed': ['success', 'The job is completed.'],
  'job.proven': ['step', 'A waiver made a completed job proven.'],
  'job.failed': ['failure', 'The job failed; the message says why.'],
  'job.rescued': [
    'step',
    'An unfinished job had nothing that would move it and was queued again: a fault of the server.',
  ],

  'plan.proposed': ['step', 'A plan waits for approval.'],
  'plan.edited': ['step', 'A person changed the proposed plan.'],
  'plan.approved': ['step', 'A person approved the plan.'],
  'plan.rejected': ['step', 'A person sent the plan back.'],
  'plan.adopted': ['step', 'The plan became the tasks of the job.'],

  'task.created': ['step', 'A task was added.'],
  'task.ready': ['step', 'Everything that the task depends on is done.'],
  'task.retried': [
    'step',
    'A person started the task over; `freed` are tasks that had been skipped because of it.',
  ],
  'task.cancel_requested': ['step', 'A person asked for the end of the task.'],
  'task.cancelled': ['step', 'The task was cancelled.'],
  'task.skipped': ['step', 'The task was skipped, because one that it depends on was not done.'],
  'task.merged': [
    'step',
    "The task's work is on the branch of the job; without a commit when it changed nothing.",
  ],
  'task.conflict': ['failure', 'The work conflicts with what was merged before.'],
  'task.completed': ['success', 'The task is done.'],
  'task.failed': ['failure', 'The task failed; the message says why.'],

  'attempt.created': ['step', 'An attempt was given to an agent.'],
  'attempt.started': ['step', 'The agent began to work, or to review.'],
  'attempt.progress': ['report', 'The agent reported progress of its own accord.'],
  'attempt.waiting': ['step', 'The agent waits for an answer to its questions.'],
  'attempt.resumed': ['step', 'The agent works again after its questions were closed.'],
  'attempt.commits_kept': [
    'step',
    'Commits, stashes and files outside the checkpoint were kept under refs of the attempt.',
  ],
  'attempt.commits_not_kept': [
    'step',
    'Some of what the agent left could not be kept; the message says what and why.',
  ],
  'attempt.succeeded': ['step', 'The attempt ended with a checkpoint.'],
  'attempt.failed': ['failure', 'The attempt failed; the message says why.'],
  'attempt.held': ['step', 'The attempt was broken off for something that is no fault of its own.'],
  'checkpoint.left_out': ['step', 'Files that were not committed, and why.'],

  'session.prepared': ['setting', 'The workspace of the attempt is ready.'],
  'session.started': ['setting', 'The program of the agent is being started.'],
  'session.model': ['setting', 'The agent named its model.'],
  'session.message': ['message', 'Text of the agent; pieces of one message are joined.'],
  'session.thought': ['thought', 'Thoughts of the agent.'],
  'session.tool_call': ['tool_call', 'A tool call, or news of one.'],
  'session.plan': ['agent_plan', "The agent's own plan."],
  'session.permission': ['permission', 'A permission that the policy of the job answered.'],
  'session.usage': ['count', 'Tokens and cost so far; `call` is the one call at the gateway that was added.'],
  'session.note': ['note', 'A remark of the server about the session.'],
  'session.capped': ['note', 'Updates that are in the transcript file only.'],

  'review.verdict': ['step', 'The reviewer accepted or rejected the work.'],
  'review.failed': ['failure', 'The review did not work; the message says why.'],
  'review.held': ['step', 'The review was broken off for something that is no fault of its own.'],

  'permission.asked': ['step', 'The agent asks a person before it acts.'],
  'permission.answered': ['answer', 'The request is over.'],
  'question.asked': ['step', 'The agent asks a person.'],
  'question.answered': ['step', 'A person answered.'],
  'question.closed': ['step', 'The question ended without an answer.'],
  'person.message': ['person', 'A person wrote to an agent.'],
  'message.delivered': ['delivery', 'The agent got the message: with its brief, or between two turns.'],

  'work.lost': ['failure', 'Work was interrupted because its worker ended or stopped answering.'],
  'work.cancelled': ['step', 'Work was withdrawn before it began.'],

  'checks.started': ['step', 'The checks begin on a clean checkout.'],
  'checks.none': ['step', 'There was nothing to check.'],
  'checks.failed': ['failure', 'The checks could not be run; the message says why.'],
  'checks.held': ['step', 'The run of checks was set aside.'],
  'check.started': ['step', 'A check began.'],
  'check.finished': ['check', 'A check ended.'],
  'setup.finished': ['check', 'A setup command ended.'],
  'finding.found': ['step', 'Something stands against the proof although the checks pass.'],
  'finding.waived': ['step', 'A person said why a finding does not matter.'],

  'merge.failed': ['failure', 'The merge did not work; the message says why.'],
  'merge.held': ['step', 'The merge was set aside.'],
  'deliver.failed': ['failure', 'The delivery did not work; the message says why.'],
  'deliver.held': ['step', 'The delivery was set aside.'],

  'document.added': ['step', 'A person added a document.'],
  'document.removed': ['step', 'A person removed a document.'],
}
