import type { Plan } from '../contract/plan.ts'
import type { NewTask } from './decision.ts'
import type { FailedCheck, Finding, Job, Snapshot, Task } from './model.ts'

/** Returns the two tasks with which a team begins. */
export function planningTasks(job: Job): NewTask[] {
  return [
    {
      key: 'requirements',
      kind: 'plan',
      title: 'Write the requirements',
      description: `Turn the vision into requirements that can be checked, in docs/requirements.md.\n\nThe vision:\n\n${job.vision}`,
      role: 'product_owner',
      phase: 'planning',
      dependsOnKeys: [],
      acceptance: ['docs/requirements.md describes what the finished work must do'],
      checks: [],
    },
    {
      key: 'design',
      kind: 'plan',
      title: 'Design it and plan the work',
      description:
        'Write docs/design.md, and the plan of the work as .slipway/plan.json: tasks, what they depend on, and the checks that prove them.',
      role: 'architect',
      phase: 'planning',
      dependsOnKeys: ['requirements'],
      acceptance: ['docs/design.md explains the shape of the solution', '.slipway/plan.json is a valid plan'],
      checks: [],
    },
  ]
}

/** Returns the only task of a job that a single agent carries out. */
export function soloTask(job: Job): NewTask {
  return {
    key: 'build',
    kind: 'build',
    title: job.title,
    description: job.vision,
    role: 'developer',
    phase: 'building',
    dependsOnKeys: [],
    acceptance: [],
    checks: [],
  }
}

/** Converts a plan's tasks into tasks of the board, in the plan's order. */
export function tasksOfPlan(plan: Plan): NewTask[] {
  return plan.tasks.map((task) => ({
    key: task.key,
    kind: 'build',
    title: task.title,
    description: task.description,
    role: task.role,
    phase: 'building',
    dependsOnKeys: task.depends_on,
    acceptance: task.acceptance,
    checks: task.checks,
  }))
}

const RESTORE = 'restore-tests'

/** Whether a task sends the work back because its tests were weakened. */
export function isRestore(task: Pick<Task, 'kind' | 'key'>): boolean {
  return task.kind === 'repair' && task.key === RESTORE
}

/** Returns the task that sends a job back, once, because its tests were weakened. */
export function restoreTask(findings: readonly Finding[], checks: readonly string[]): NewTask {
  const list = findings.map(({ message }) => `- ${message}`).join('\n')
  return {
    key: RESTORE,
    kind: 'repair',
    title: 'Put back what the tests said before',
    description:
      `The checks pass, but the tests were weakened by the work:\n\n${list}\n\nRestore the tests listed here and make the work pass them. If such a change was requested, keep it and give the reason in your last message: a person will then decide about it.`.slice(
        0,
        20_000,
      ),
    role: 'developer',
    phase: 'building',
    dependsOnKeys: [],
    acceptance: ['The tests listed here are restored, or their change was requested'],
    checks,
  }
}

/**
 * Returns the task that repairs a job whose checks failed; it must pass exactly those checks. A setup is not a check: it is
 * run before them.
 */
export function repairTask(snapshot: Snapshot, failed: readonly FailedCheck[]): NewTask {
  const number = snapshot.tasks.filter((task) => task.kind === 'repair').length + 1
  const evidence = failed
    .map((check) => `${check.kind === 'setup' ? 'Setup' : 'Check'}: ${check.command}\n\n${check.log}`)
    .join('\n\n')
  return {
    key: `repair-${number}`,
    kind: 'repair',
    title: `Repair: ${failed.map((check) => check.command).join(', ')}`.slice(0, 200),
    description:
      `The finished work did not pass its checks on a clean checkout. Find the cause and fix it.\n\n${evidence}`.slice(
        0,
        20_000,
      ),
    role: 'developer',
    phase: 'building',
    dependsOnKeys: [],
    acceptance: failed.map((check) => `"${check.command}" exits 0 on a clean checkout`),
    checks: failed.filter((check) => check.kind !== 'setup').map((check) => check.command),
  }
}
