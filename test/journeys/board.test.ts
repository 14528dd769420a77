import { afterAll, beforeAll, expect, it } from 'vitest'
import type { AgentView, JobSummary, TaskView } from '../../src/client/views.ts'
import { startTestServer, type TestServer } from '../helpers/server.ts'
import { until } from '../helpers/until.ts'

/** What a screen needs to know of a job, seen while it runs and when it is over. */
let server: TestServer
let id: string
const boards: TaskView[][] = []
const teams: AgentView[][] = []

beforeAll(async () => {
  server = await startTestServer()
  id = (await server.client.createJob({ vision: 'a to-do list with a CLI [[demo:slow=200]]' })).job_id
  const look = async (): Promise<string | null> => {
    boards.push(await server.client.tasks(id))
    teams.push(await server.client.agents(id))
    return (await server.client.getJob(id)).completed_at
  }
  await until('the end of the job', 110_000, look, 100)
})
afterAll(() => server.stop())

it('a card shows who works on it, in which attempt, and the latest activity', () => {
  const busy = boards.flat().filter((task) => task.activity !== null)
  expect(busy.length).toBeGreaterThan(0)
  for (const task of busy) {
    expect(task.attempt_id).not.toBeNull()
    expect(task.activity_at).toMatch(/Z$/)
  }
  expect(new Set(busy.map((task) => task.activity)).size).toBeGreaterThan(3)
})

it('a card in review names its reviewer, and no other card has one', () => {
  const named = boards.flat().filter((task) => task.reviewer !== null)
  expect(new Set(named.map((task) => task.reviewer))).toEqual(new Set(['Reviewer']))
  expect(new Set(named.map((task) => task.status))).toEqual(new Set(['review']))
})

it('during checks, the card and the job show which check of how many, since when', async () => {
  const checked = boards.flat().filter((task) => task.checking !== null)
  expect(checked.length).toBeGreaterThan(0)
  for (const { checking, checks } of checked) {
    expect(checks).toContain(checking?.command)
    expect(checking).toMatchObject({ total: checks.length, started_at: expect.stringMatching(/Z$/) })
  }
  const events = await server.client.events(id, 0)
  const told = events.filter((event) => event.type === 'check.started')
  // Two runs may be concurrent; each reports its results together.
  const commandsOf = (some: typeof events): string[] =>
    some.map((event) => String(event.data['command'])).toSorted((a, b) => a.localeCompare(b))
  expect(commandsOf(told)).toEqual(commandsOf(events.filter((event) => event.type === 'check.finished')))

  const slow = await server.client.createJob({
    vision: 'a counter',
    mode: 'solo',
    checks: ['true', 'sleep 3'],
  })
  const checking = await until('the slow check', 60_000, async () => {
    const { checking: now } = await server.client.getJob(slow.job_id)
    return now?.number === 2 ? now : null
  })
  // The demo adds its own checks, which come afterwards.
  expect(checking).toMatchObject({ command: 'sleep 3', number: 2 })
  await server.client.cancel(slow.job_id)
})

it('an agent that has just begun has no activity, and one that has ended is not at work', async () => {
  const said = teams.flat().map((agent) => agent.last_activity ?? '')
  expect(said.filter((line) => line.startsWith('working on') || line.startsWith('reviewing'))).toEqual([])
})

it('an agent names its current task and its latest attempt', () => {
  const busy = teams.flat().filter((agent) => agent.status === 'working')
  expect(busy.length).toBeGreaterThan(0)
  for (const agent of busy) expect(agent).toMatchObject({ task_title: expect.any(String), usage: {} })
  const last = teams.at(-1) ?? []
  expect(last.filter((agent) => agent.role === 'developer').some((agent) => agent.attempt_id !== null)).toBe(
    true,
  )
})

it('a finished card shows its checks, and its change can be read as a diff', async () => {
  const tasks = await server.client.tasks(id)
  const checked = tasks.filter((task) => task.checks.length > 0)
  expect(checked.length).toBeGreaterThan(0)
  for (const task of checked)
    expect(task.check_summary).toEqual({ total: task.checks.length, passed: task.checks.length, failed: 0 })
  const built = tasks.find((task) => task.role === 'developer')
  const { diff } = await server.client.diff(id, {
    from: built?.base_commit ?? '',
    to: built?.head_commit ?? '',
  })
  expect(diff).toContain('diff --git')
  expect(tasks.every((task) => task.key !== '' && task.backend === 'offline')).toBe(true)
})

it('the list, the job and the stream of summaries contain the same counts', async () => {
  const job = await server.client.getJob(id)
  const listed = (await server.client.listJobs()).jobs.find((each) => each.id === id)
  const tasks = await server.client.tasks(id)
  expect(listed).toMatchObject({ usage: job.usage, team: job.team, tasks: job.tasks })
  expect(job.tasks).toEqual({ total: tasks.length, done: tasks.length })
  expect(job.team.map((member) => member.role)).toContain('reviewer')
  const summary = await nextSummary(() => server.client.createJob({ vision: 'a counter', mode: 'solo' }))
  expect(summary).toMatchObject({
    usage: { input_tokens: 0 },
    team: expect.any(Array),
    tasks: { total: expect.any(Number), done: 0 },
  })
})

/** The first summary on the stream after `act`. */
async function nextSummary(act: () => Promise<unknown>): Promise<JobSummary> {
  const response = await fetch(`${server.url}/api/events/stream`, {
    headers: { authorization: `Bearer ${server.token}` },
    signal: AbortSignal.timeout(15_000),
  })
  let text = ''
  const decoder = new TextDecoder()
  let acted = false
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true })
    if (!acted) {
      acted = true
      await act()
    }
    const data = /^data: (.*)\n\n/m.exec(text)?.[1]
    if (data !== undefined) return JSON.parse(data) as JobSummary
  }
  throw new Error('the stream of summaries ended')
}
