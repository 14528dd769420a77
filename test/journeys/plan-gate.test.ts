import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Client } from '../../src/client/open-client.ts'
import type { Plan, PlanView } from '../../src/contract/plan.ts'
import { endOf } from '../helpers/follow-job.ts'
import { makeDataDir, startTestServer, type TestServer } from '../helpers/server.ts'
import { letPass, until } from '../helpers/until.ts'

/** Plan approval: a plan waits, is edited, rejected and approved, and the approved plan is built. */
const dataDir = makeDataDir()
let server: TestServer

beforeAll(async () => {
  server = await startTestServer({ dataDir })
})
afterAll(() => server.stop())

async function proposal(client: Client, id: string, beyond = 0): Promise<PlanView & { plan: Plan }> {
  const view = await until('a proposed plan', 60_000, async () => {
    const job = await client.getJob(id)
    expect(job.error).toBeNull()
    if (job.wait?.for !== 'approval') return null
    const plan = await client.plan(id)
    return plan.version > beyond ? plan : null
  })
  if (view.plan === null) throw new Error('a job that waits for approval has no plan')
  return { ...view, plan: view.plan }
}

const types = async (client: Client, id: string): Promise<string[]> =>
  (await client.events(id, 0)).map((event) => `${event.type} ${event.actor}`)

it('a plan waits through a kill -9, is edited, rejected, edited again and approved; that plan is built', async () => {
  const { job_id } = await server.client.createJob({ vision: 'a calculator', approve_plan: true })
  const first = await proposal(server.client, job_id)
  const waiting = await server.client.getJob(job_id)
  expect(waiting).toMatchObject({
    status: 'waiting',
    current_phase: 'planning',
    wait: { for: 'approval', on: 'the plan', until: null },
    options: { approve_plan: true },
  })
  expect(first).toMatchObject({ state: 'proposed', version: 1, notes: [] })
  expect((await server.client.stats()).slots.busy).toBe(0)

  const before = await server.client.events(job_id, 0)
  await server.crash()
  server = await startTestServer({ dataDir })
  // Longer than the interval of the check for stuck jobs, because a job that waits for a person is not stuck.
  await letPass(6000)
  expect(await server.client.events(job_id, 0)).toEqual(before)
  expect(await server.client.getJob(job_id)).toEqual(waiting)
  expect(await server.client.plan(job_id)).toEqual(first)

  const edited = await server.client.editPlan(job_id, {
    version: first.version,
    plan: {
      ...first.plan,
      tasks: first.plan.tasks.map((task) =>
        task.key === 'engine' ? { ...task, title: 'The heart of the calculator' } : task,
      ),
    },
  })
  expect(edited).toMatchObject({ state: 'proposed', version: 2 })

  await server.client.reject(job_id, 'Drop the task docs. Add a task to greet the user by name.')
  const second = await proposal(server.client, job_id, 2)
  expect(second.version).toBe(3)
  expect(second.notes.map(({ note }) => note)).toEqual([
    'Drop the task docs. Add a task to greet the user by name.',
  ])
  const titles = second.plan.tasks.map((task) => task.title)
  expect(titles).toContain('The heart of the calculator')
  expect(titles).toContain('Greet the user by name')
  expect(second.plan.tasks.map((task) => task.key)).not.toContain('docs')

  const added = {
    key: 'licence-talk',
    title: 'Talk about the licence',
    description: 'Say in a few words which licence fits.',
    role: 'developer' as const,
    depends_on: ['engine'],
    acceptance: [],
    checks: [],
  }
  const third = await server.client.editPlan(job_id, {
    version: second.version,
    plan: { ...second.plan, tasks: [added, ...second.plan.tasks] },
  })
  await expect(server.client.approve(job_id, second.version)).rejects.toMatchObject({ code: 'plan_changed' })
  const approved = await server.client.approve(job_id, third.version)
  expect(approved.status).toBe('running')
  expect(approved.wait?.for).not.toBe('approval')

  const job = await endOf(server, job_id)
  expect({ status: job.status, proof: job.proof, error: job.error }).toEqual({
    status: 'completed',
    proof: 'proven',
    error: null,
  })
  const adopted = await server.client.plan(job_id)
  expect(adopted).toMatchObject({ state: 'adopted', version: third.version, plan: third.plan })
  const built = (await server.client.tasks(job_id)).filter((task) => task.phase === 'building')
  expect(built.map((task) => task.title)).toEqual(third.plan?.tasks.map((task) => task.title))
  const git = (...args: string[]): string =>
    execFileSync('git', ['-C', job.workspace_path ?? '', ...args]).toString()
  const subjects = git('log', '--format=%s').trim().split('\n')
  expect(subjects).toEqual(expect.arrayContaining(built.map((task) => task.title)))
  const files = git('ls-files').split('\n')
  expect(files).not.toContain('README.md')
  expect(files).toContain('docs/tasks/licence-talk.md')
  expect(git('show', 'HEAD:docs/tasks/licence-talk.md')).toContain('no model was involved')
  const acts = (await types(server.client, job_id)).filter((type) => type.startsWith('plan.'))
  expect(acts).toEqual([
    'plan.proposed server',
    'plan.edited person',
    'plan.rejected person',
    'plan.proposed server',
    'plan.edited person',
    'plan.approved person',
    'plan.adopted server',
  ])
})

it('a note that the planner does not understand is recorded in the plan', async () => {
  const { job_id } = await server.client.createJob({ vision: 'a counter', approve_plan: true })
  const first = await proposal(server.client, job_id)
  await server.client.reject(job_id, 'I do not like the tone of this.')
  const second = await proposal(server.client, job_id, first.version)
  expect(second.plan.tasks).toEqual(first.plan.tasks)
  expect(second.plan.summary).toContain('I do not like the tone of this.')
  expect(second.plan.summary).toContain('No model was involved')
  await server.client.cancel(job_id)
  expect((await endOf(server, job_id)).status).toBe('cancelled')
})

it('an invalid plan is refused with the name of the task, and so is an outdated version', async () => {
  const { job_id } = await server.client.createJob({ vision: 'a counter', approve_plan: true })
  const { plan, version } = await proposal(server.client, job_id)
  const [one, two] = plan.tasks
  if (one === undefined || two === undefined) throw new Error('the plan is too short for this test')
  const refused = async (tasks: Plan['tasks'], words: string): Promise<void> => {
    const edit = server.client.editPlan(job_id, { version, plan: { ...plan, tasks } })
    await expect(edit).rejects.toMatchObject({ status: 400, message: expect.stringContaining(words) })
    await expect(edit).rejects.toMatchObject({
      issues: expect.arrayContaining([
        { path: expect.stringContaining('plan.tasks'), message: expect.any(String) },
      ]),
    })
  }
  await refused([{ ...one, depends_on: ['nowhere'] }], `task "${one.key}" depends on "nowhere"`)
  await refused(
    [
      { ...one, depends_on: [two.key] },
      { ...two, depends_on: [one.key] },
    ],
    'depends on itself through its dependencies',
  )
  await refused([one, one], `two tasks have the key "${one.key}"`)
  await refused([{ ...one, title: '' }], `task "${one.key}"`)
  await refused([], 'keep at least one')

  const edit = { version, plan: { ...plan, title: 'Another title' } }
  expect(await server.client.editPlan(job_id, edit)).toMatchObject({ version: version + 1 })
  await expect(server.client.editPlan(job_id, edit)).rejects.toMatchObject({
    status: 409,
    code: 'plan_changed',
  })
  expect((await server.client.plan(job_id)).version).toBe(version + 1)
  await server.client.cancel(job_id)
})

it('approval is refused when no plan waits for it', async () => {
  await expect(
    server.client.createJob({ vision: 'a counter', mode: 'solo', approve_plan: true }),
  ).rejects.toMatchObject({ status: 400, code: 'no_plan_to_approve' })
  const form = new FormData()
  form.set('vision', 'a counter')
  form.set('approve_plan', 'true')
  const response = await fetch(`${server.url}/api/jobs`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.token}` },
    body: form,
  })
  const { job_id } = (await response.json()) as { job_id: string }
  expect((await server.client.getJob(job_id)).options.approve_plan).toBe(true)
  const view = await server.client.plan(job_id)
  expect(view.plan === null || view.state === 'proposed').toBe(true)
  await server.client.cancel(job_id)
  await endOf(server, job_id)
  for (const act of [
    () => server.client.approve(job_id),
    () => server.client.reject(job_id, 'no'),
    () =>
      server.client.editPlan(job_id, {
        version: 1,
        plan: {
          title: 'x',
          summary: '',
          checks: [],
          tasks: [
            {
              key: 'a',
              title: 'a',
              description: 'a',
              role: 'developer',
              depends_on: [],
              acceptance: [],
              checks: [],
            },
          ],
        },
      }),
  ])
    await expect(act()).rejects.toMatchObject({ status: 409, code: 'not_waiting_for_approval' })
})
