import { describe, expect, it } from 'vitest'
import type { TaskBrief } from '../../contract/brief.ts'
import { Plan } from '../../contract/plan.ts'
import { planFile } from './play-planner.ts'
import { plantFaults } from './plant-faults.ts'
import { openProject } from './project.ts'
import { planSentBack, revisePlan } from './revise-plan.ts'
import { taskNote } from './task-note.ts'

const brief = (change: Partial<TaskBrief> = {}): TaskBrief => ({
  slipway: 1,
  role: 'architect',
  mode: 'team',
  permissions: 'sandbox',
  vision: 'a calculator',
  task: { id: '1', key: 'engine', title: 'T', description: 'd', acceptance: [], checks: [] },
  attempt: 5,
  feedback: [],
  base_commit: '',
  ...change,
})

async function revised(note: string): Promise<{ before: Plan; after: Plan; done: readonly string[] }> {
  const project = await openProject('a calculator')
  const before = Plan.parse(JSON.parse(planFile(project)))
  const { plan, done } = revisePlan(project, before, note)
  expect(Plan.safeParse(plan).error).toBeUndefined()
  return { before, after: plan, done }
}

describe('a rejected plan', () => {
  it('is found in the feedback with its note, and other feedback is not', async () => {
    const plan = Plan.parse(JSON.parse(planFile(await openProject('a calculator'))))
    const log = `The plan that was sent back:\n\n${JSON.stringify(plan)}`
    const feedback: TaskBrief['feedback'] = [
      { kind: 'note', summary: 'just words' },
      { kind: 'note', summary: 'smaller', log },
    ]
    expect(planSentBack(brief({ feedback }))).toEqual({ plan, note: 'smaller' })
    expect(planSentBack(brief({ feedback: feedback.slice(0, 1) }))).toBeNull()
  })

  it('gains the requested task, with a key of its own', async () => {
    const { after, before } = await revised('Add a task to greet people. Add another task to greet people')
    const added = after.tasks.slice(before.tasks.length)
    expect(added.map(({ key, title }) => ({ key, title }))).toEqual([
      { key: 'greet-people', title: 'Greet people' },
      { key: 'greet-people-2', title: 'Greet people' },
    ])
    expect(added[0]?.checks).toEqual(['test -s docs/tasks/greet-people.md'])
    const { path } = taskNote(brief({ task: { ...brief().task, key: 'greet-people' } }))
    expect(path).toBe('docs/tasks/greet-people.md')
  })

  it('loses the dropped task, by key or title, and the tasks that depend on it', async () => {
    const { after, before } = await revised('please drop the task cli')
    expect(before.tasks.find((task) => task.key === 'docs')?.depends_on).toEqual(['cli'])
    expect(after.tasks.map((task) => task.key)).not.toContain('cli')
    expect(after.tasks.find((task) => task.key === 'docs')?.depends_on.toSorted()).toEqual([
      'engine',
      'format',
    ])
    expect(after.checks).toEqual(['node --test'])
    expect((await revised('Remove "Write the README"')).done).toEqual(['dropped "Write the README"'])
  })

  it('stays the same when the note is not understood, and says so', async () => {
    const { after, before, done } = await revised('This lacks warmth.')
    expect(done).toEqual([])
    expect(after.tasks).toEqual(before.tasks)
    expect(after.summary).toContain('This lacks warmth.')
    expect(after.summary).toContain('No model was involved')
  })
})

it('stubborn: the mistake stays until a person asks to fix it', async () => {
  const project = await openProject('a calculator [[demo:stubborn]]')
  const files = project.tasks.flatMap((task) => task.files)
  const check: TaskBrief['feedback'] = [{ kind: 'check', summary: 'The check failed: fix it.' }]
  expect(plantFaults(files, brief({ feedback: check }), project)).not.toEqual(files)
  const told: TaskBrief['feedback'] = [{ kind: 'note', summary: 'Please mend the sign.' }]
  expect(plantFaults(files, brief({ feedback: told }), project)).toEqual(files)
})
