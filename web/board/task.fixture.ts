import type { TaskView } from '../../src/contract/job.ts'

/** Returns a task for tests with default values, overridden by `rest`. */
export function task(task_id: string, status: TaskView['status'], rest: Partial<TaskView> = {}): TaskView {
  return {
    task_id,
    key: task_id,
    title: `Task ${task_id}`,
    description: '',
    phase: 'building',
    agent: 'Developer 1',
    backend: 'offline',
    role: 'developer',
    status,
    position: 0,
    depends_on: [],
    acceptance: [],
    checks: [],
    attempts: 0,
    attempt_id: null,
    activity: null,
    activity_at: null,
    wait: null,
    checking: null,
    reviewer: null,
    usage: { input_tokens: 0, output_tokens: 0, cached_tokens: 0, cost_usd: null, unpriced_tokens: 0 },
    check_summary: null,
    base_commit: null,
    head_commit: null,
    progress: 0,
    error: null,
    started_at: null,
    completed_at: null,
    ...rest,
  }
}
