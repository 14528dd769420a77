import type { Plan, PlannedTask } from '../../../src/contract/plan.ts'
import { Badge } from '../../ui/badge.tsx'
import { Section } from '../../ui/page.tsx'
import { roleNames } from '../../words/roles.ts'

/** The tasks as text: description, acceptance criteria, and checks. */
export function PlanTasks({ plan }: { readonly plan: Plan }) {
  const titles = new Map(plan.tasks.map((task) => [task.key, task.title]))
  return (
    <>
      <Section title="Tasks">
        <ol className="flex flex-col">
          {plan.tasks.map((task, index) => (
            <li key={task.key} className="grid grid-cols-[2rem_minmax(0,1fr)] border-t border-line py-3">
              <span className="text-muted tabular-nums">{index + 1}</span>
              <PlannedTaskText task={task} titles={titles} />
            </li>
          ))}
        </ol>
      </Section>
      {plan.checks.length > 0 && (
        <Section
          title="Checks of the whole job"
          hint="The server runs them on a clean checkout when everything is merged."
        >
          <Commands commands={plan.checks} />
        </Section>
      )}
    </>
  )
}

function PlannedTaskText({
  task,
  titles,
}: {
  readonly task: PlannedTask
  readonly titles: ReadonlyMap<string, string>
}) {
  return (
    <div className="flex min-w-0 flex-col gap-1.5">
      <div className="flex flex-wrap items-center gap-2">
        <h3 dir="auto" className="font-medium wrap-anywhere">
          {task.title}
        </h3>
        <Badge>{roleNames[task.role]}</Badge>
      </div>
      <p dir="auto" className="wrap-anywhere whitespace-pre-wrap text-muted">
        {task.description}
      </p>
      {task.depends_on.length > 0 && (
        <p className="text-xs text-muted">
          After {task.depends_on.map((key) => `“${titles.get(key) ?? key}”`).join(', ')}
        </p>
      )}
      {task.acceptance.length > 0 && (
        <ul className="list-disc pl-5 text-sm">
          {task.acceptance.map((sentence) => (
            <li key={sentence} dir="auto" className="wrap-anywhere">
              {sentence}
            </li>
          ))}
        </ul>
      )}
      {task.checks.length > 0 && <Commands commands={task.checks} />}
    </div>
  )
}

function Commands({ commands }: { readonly commands: readonly string[] }) {
  return (
    <ul className="flex flex-col gap-1">
      {commands.map((command) => (
        <li key={command} className="flex">
          <code className="rounded border border-line bg-sunken px-2 py-0.5 text-xs wrap-anywhere">
            {command}
          </code>
        </li>
      ))}
    </ul>
  )
}
