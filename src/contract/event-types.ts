/**
 * Every type of event, and what an event of that type says. Types are grouped by their first word. docs/events.md is generated
 * from this; the engine can append no other type.
 */
export const eventTypes = {
  'job.created': 'The job was accepted.',
  'job.started': 'Work on the job began: its first work was claimed.',
  'job.phase': 'The job entered a phase; `data.phase`.',
  'job.waiting': 'The job waits; `data.wait` says for what, on whom, since when and until when.',
  'job.continued': 'A wait is over, or a person took a failed job up again.',
  'job.budget': 'A person set the budget; `data.tokens`, `data.usd`.',
  'job.priority': 'A person changed the place of the job in the queue; `data.priority`.',
  'job.cancel_requested': 'A person asked for the end of the job.',
  'job.cancelled': 'The job was cancelled; no process of it is left.',
  'job.restarted': 'A person took a failed or cancelled job up where it stopped.',
  'job.delivered': 'The repository was handed over; `data.path`, `data.commit`.',
  'job.completed': 'The job is completed; `data.proof`, `data.reason`, `data.commit`, `data.path`.',
  'job.proven': 'A waiver made a completed job proven; `data.proof`, `data.commit`.',
  'job.failed': 'The job failed; the message says why.',
  'job.rescued':
    'An unfinished job had nothing that would move it and was queued again: a fault of the server.',

  'plan.proposed': 'A plan waits for approval; `data.plan`, `data.version`.',
  'plan.edited': 'A person changed the proposed plan; `data.plan`, `data.version`.',
  'plan.approved': 'A person approved the plan; `data.version`.',
  'plan.rejected': 'A person sent the plan back; `data.note`, `data.version`.',
  'plan.adopted': 'The plan became the tasks of the job; `data.plan`, `data.version`.',

  'task.created': 'A task was added; `data.key`, `data.role`, `data.depends_on`, `data.checks`.',
  'task.ready': 'Everything that the task depends on is done.',
  'task.retried': 'A person started the task over; `data.note`, `data.freed`.',
  'task.cancel_requested': 'A person asked for the end of the task.',
  'task.cancelled': 'The task was cancelled.',
  'task.skipped': 'The task was skipped, because one that it depends on was not done.',
  'task.merged': "The task's work is on the branch of the job; `data.commit`, null when it changed nothing.",
  'task.conflict': 'The work conflicts with what was merged before; `data.files`.',
  'task.completed': 'The task is done; `data.commit`.',
  'task.failed': 'The task failed; the message says why.',

  'attempt.created': 'An attempt was given to an agent.',
  'attempt.started': 'The agent began to work, or to review.',
  'attempt.progress': 'The agent reported progress of its own accord.',
  'attempt.waiting': 'The agent waits for an answer to its questions.',
  'attempt.resumed': 'The agent works again after its questions were closed.',
  'attempt.commits_kept':
    'Commits, stashes and files outside the checkpoint were kept under refs of the attempt; `data`.',
  'attempt.commits_not_kept': 'Some of what the agent left could not be kept; the message says what and why.',
  'attempt.succeeded': 'The attempt ended with a checkpoint; `data.commit`.',
  'attempt.failed': 'The attempt failed; the message says why.',
  'attempt.held': 'The attempt was broken off for something that is no fault of its own; `data.held`.',
  'checkpoint.left_out': 'Files that were not committed; `data.left_out`, each with its path and why.',

  'session.prepared': 'The workspace of the attempt is ready; `data.base_commit`.',
  'session.started':
    'The program of the agent is being started; `data.walls`, `data.provider`, `data.model`.',
  'session.model': 'The agent named its model; `data.model`.',
  'session.message': 'Text of the agent; pieces of one message are joined.',
  'session.thought': 'Thoughts of the agent.',
  'session.tool_call':
    'A tool call, or news of one; `data.id`, `data.status`, `data.kind`, `data.input`, `data.output`, `data.paths`, `data.diffs`.',
  'session.plan': "The agent's own plan; `data.entries`.",
  'session.permission': 'A permission that the policy of the job answered; `data.answer`, `data.policy`.',
  'session.usage':
    'Tokens and cost so far; `data.input_tokens`, `data.output_tokens`, `data.cost_usd`, `data.call` for one call at the gateway.',
  'session.note': 'A remark of the server about the session.',
  'session.capped': 'Updates that are in the transcript file only; `data.dropped` counts them.',

  'review.verdict': 'The reviewer accepted or rejected the work; `data.review`.',
  'review.failed': 'The review did not work; the message says why.',
  'review.held': 'The review was broken off for something that is no fault of its own; `data.held`.',

  'permission.asked':
    'The agent asks a person before it acts; `data.permission_id`, `data.title`, `data.kind`, `data.options`, `data.deadline`.',
  'permission.answered': 'The request is over; `data.permission_id`, `data.outcome`, `data.option_id`.',
  'question.asked':
    'The agent asks a person; `data.question_id`, `data.question`, `data.choices`, `data.deadline`.',
  'question.answered': 'A person answered; `data.question_id`, `data.answer`.',
  'question.closed': 'The question ended without an answer; `data.question_id`, `data.outcome`.',
  'person.message':
    'A person wrote to an agent; `data.message_id`, `data.agent_id`, `data.text`, `data.delivery`.',
  'message.delivered': 'The agent got the message; `data.message_id`, `data.agent_id`, `data.by`.',

  'work.lost': 'Work was interrupted because its worker ended or stopped answering; `data.kind`.',
  'work.cancelled': 'Work was withdrawn before it began.',

  'checks.started': 'The checks begin on a clean checkout.',
  'checks.none': 'There was nothing to check.',
  'checks.failed': 'The checks could not be run; the message says why.',
  'checks.held': 'The run of checks was set aside; `data.held`.',
  'check.started': 'A check began; `data.command`, `data.number`, `data.total`.',
  'check.finished':
    'A check ended; `data.command`, `data.origin`, `data.verdict`, `data.not_counted`, `data.exit_code`, `data.duration_ms`, `data.commit`.',
  'setup.finished': 'A setup command ended; `data` as of `check.finished`.',
  'finding.found': 'Something stands against the proof although the checks pass; `data`.',
  'finding.waived': 'A person said why a finding does not matter; `data.finding_id`, `data.reason`.',

  'merge.failed': 'The merge did not work; the message says why.',
  'merge.held': 'The merge was set aside; `data.held`.',
  'deliver.failed': 'The delivery did not work; the message says why.',
  'deliver.held': 'The delivery was set aside; `data.held`.',

  'document.added': 'A person added a document.',
  'document.removed': 'A person removed a document.',
} as const satisfies Readonly<Record<string, string>>

export type EventType = keyof typeof eventTypes
