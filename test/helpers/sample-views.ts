/** A job, a task, a check and an event as a server would answer, for the tests of this room; the titles are hostile. */
import type { CheckView, EventView, JobView, TaskView } from '../../src/client/views.ts'

export const id = '01934c1e-8a2b-7000-8000-000000000001'
export const taskId = '01934c1e-8a2b-7000-8000-000000000002'
export const usage = {
  input_tokens: 0,
  output_tokens: 0,
  cached_tokens: 0,
  cost_usd: null,
  unpriced_tokens: 0,
}
export const at = (second: number): string => new Date(Date.UTC(2030, 0, 1, 0, 0, second)).toISOString()
export const hostile = '\u001b]0;owned\u0007\u001b[2Ja todo list\u009b31m'

export function jobView(change: Partial<JobView> = {}): JobView {
  return {
    id, vision: 'a todo list', title: hostile, backend: 'codex', mode: 'team', demo: false, status: 'running', current_phase: 'building',
    progress: 40, wait: null, proof: null, proof_reason: null, created_at: at(0), started_at: at(0), completed_at: null, workspace_path: null,
    branch: 'main', archived_at: null, taken_at: null, head_commit: null, error: null, usage, team: [], tasks: { total: 0, done: 0 }, checking: null, waited_ms: 0, options: { agents: {}, model: null, models: {}, checks: [], setup: [], source: null, parallelism: 2, priority: 'normal', approve_plan: false, permissions: 'sandbox', budget: null },
    ...change,
  } // prettier-ignore
}

export function taskView(change: Partial<TaskView> = {}): TaskView {
  return {
    task_id: taskId, key: 'storage', title: 'Storage engine', description: '', phase: 'building', agent: 'dev-1', backend: 'offline', role: 'developer', status: 'running',
    position: 0, depends_on: [], acceptance: [], checks: [], attempts: 1, attempt_id: null, activity: null,
    activity_at: null,
    wait: null,
    checking: null, reviewer: null, usage, check_summary: null, base_commit: null, head_commit: null, progress: 50, error: null, started_at: at(1), completed_at: null,
    ...change,
  } // prettier-ignore
}

export function checkView(change: Partial<CheckView> = {}): CheckView {
  return {
    id, kind: 'check', scope: 'job', origin: 'plan', task_id: null, attempt_id: null, round: 1, command: 'node --test', verdict: 'pass', not_counted: null, exit_code: 0, duration_ms: 150,
    commit: 'c'.repeat(40), log: 'ok 1\n', log_truncated: false, versions: {}, walls: 'bubblewrap', started_at: at(2),
    ...change,
  } // prettier-ignore
}

export function eventView(seq: number, type: string, message: string): EventView {
  return { seq, at: at(seq), type, actor: 'server', task_id: null, attempt_id: null, message, data: {} }
}

export const done = {
  status: 'completed',
  current_phase: 'completed',
  progress: 100,
  proof: 'proven',
  completed_at: at(12),
} as const
