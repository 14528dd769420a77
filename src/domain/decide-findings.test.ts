import { expect, it } from 'vitest'
import { decide } from './decide.ts'
import type { Finding, Snapshot, Task, Work } from './model.ts'
import { someJob, someTask } from '../../test/helpers/scene.ts'

const job = { ...someJob, phase: 'proving' as const }
const done: Task = { ...someTask, status: 'completed' }
const restore: Task = { ...done, id: 'r', key: 'restore-tests', kind: 'repair' }
const work = (change: Partial<Work>): Work => ({
  id: 'w',
  epoch: 1,
  kind: 'checks',
  taskId: null,
  attemptId: null,
  status: 'done',
  held: false,
  outcome: null,
  ...change,
})
const passed = work({
  outcome: { kind: 'checks', verdict: 'pass', commit: 'main0', failed: [], passed: ['node --test'] },
})
const delivered = work({
  id: 'd',
  kind: 'deliver',
  outcome: { kind: 'delivered', path: '/r', commit: 'main0' },
})
const finding: Finding = {
  id: 'f',
  message: 'The test file a.test.js was deleted.',
  commit: 'main0',
  waived: false,
}
const scene = (parts: Partial<Snapshot>): Snapshot => ({
  job,
  tasks: [done],
  agents: [],
  attempts: [],
  work: [passed],
  findings: [finding],
  models: { spent: null, budgetVersion: 0, blocked: [] },
  ...parts,
})

it('weakened tests send the work back once, with the reason', () => {
  expect(decide(scene({}), 0, 0)).toMatchObject([
    {
      do: 'add-tasks',
      tasks: [
        {
          key: 'restore-tests',
          kind: 'repair',
          description: expect.stringContaining('- The test file a.test.js was deleted.'),
          checks: ['node --test'],
        },
      ],
    },
    { do: 'enter-phase', phase: 'building' },
  ])
  expect(decide(scene({ tasks: [done, restore] }), 0, 0)).toMatchObject([
    { do: 'enter-phase', phase: 'delivering' },
    { do: 'start-deliver' },
  ])
})

it.each(['completed', 'failed', 'cancelled'] as const)(
  'a proof is partial while a finding remains, when the task to fix it is %s',
  (status) => {
    const delivering = { ...job, phase: 'delivering' as const }
    const tasks = [done, { ...restore, status }]
    const works = [passed, delivered]
    expect(decide(scene({ job: delivering, tasks, work: works }), 0, 0)).toEqual([
      {
        do: 'complete-job',
        proof: 'partial',
        reason: 'The checks pass, but the tests were weakened. The test file a.test.js was deleted.',
        path: '/r',
        commit: 'main0',
      },
    ])
  },
)

it.each<[string, Finding]>([
  ['was waived', { ...finding, waived: true }],
  ['was of an older commit', { ...finding, commit: 'older' }],
])('what %s stands against nothing', (_, one) => {
  const delivering = { ...job, phase: 'delivering' as const }
  const [end] = decide(scene({ job: delivering, work: [passed, delivered], findings: [one] }), 0, 0)
  expect(end).toMatchObject({ do: 'complete-job', proof: 'proven', reason: null })
})
