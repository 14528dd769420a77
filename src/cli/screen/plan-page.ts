/** Formats a plan for people: its tasks in order, with their dependencies and checks. Pure. */
import type { PlanView } from '../../client/views.ts'
import { cleanBlock, cleanLine } from './clean-text.ts'
import { shortId } from '../job-id.ts'
import type { Paint } from './terminal.ts'

export function renderPlan({ state, version, plan, notes }: PlanView, jobId: string, paint: Paint): string {
  const sentBack = notes.map(({ note }) => paint('yellow', `Sent back: ${cleanLine(note)}`))
  if (plan === null) return ['There is no plan yet: it is being made.', ...sentBack].join('\n')
  const dim = (name: string, items: readonly string[]): string[] =>
    items.map((item) => `   ${paint('dim', `${name}: ${cleanLine(item)}`)}`)
  const tasks = plan.tasks.flatMap((task, index) => [
    '',
    `${String(index + 1).padStart(2)} ${paint('bold', cleanLine(task.title))}  ${paint('dim', task.key)}`,
    ...cleanBlock(task.description)
      .split('\n')
      .map((line) => `   ${line}`),
    ...dim('after', task.depends_on.length === 0 ? [] : [task.depends_on.join(', ')]),
    ...dim('done when', task.acceptance),
    ...dim('check', task.checks),
  ])
  return [
    paint('bold', cleanLine(plan.title)),
    `${plan.tasks.length} tasks, version ${version}, ${state === 'proposed' ? paint('yellow', 'waits for your approval') : state}`,
    ...(plan.summary === '' ? [] : [cleanBlock(plan.summary)]),
    ...sentBack,
    ...tasks,
    '',
    ...plan.checks.map((check) => `Check of the whole: ${cleanLine(check)}`),
    ...(state === 'proposed' ? next(shortId(jobId)) : []),
  ].join('\n')
}

function next(id: string): string[] {
  return [
    '',
    `slipway approve ${id}               build it`,
    `slipway plan ${id} --edit           change it first`,
    `slipway reject ${id} --note "..."   send it back`,
  ]
}
