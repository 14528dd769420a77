import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { QuestionView } from '../../src/contract/question.ts'
import { heardIn, startFixtureJob } from '../helpers/fixture-backend.ts'
import { endOf } from '../helpers/follow-job.ts'
import { makeDataDir, startTestServer, type TestServer } from '../helpers/server.ts'
import { until } from '../helpers/until.ts'
import { slipwayProgram } from '../helpers/program.ts'

/** Questions of an agent to a person during its work, and the delivery of the answer. */
const dataDir = makeDataDir()
const env = { SLIPWAY_PERMISSION_SECONDS: '3600' }
let server: TestServer

beforeAll(async () => {
  server = await startTestServer({ dataDir, env })
})
afterAll(() => server.stop())

const offer = { agentCapabilities: { mcpCapabilities: { http: true } } }
const ask = {
  mcp: [
    'tools/call',
    { name: 'ask_person', arguments: { question: 'Which currency?', choices: ['Euro', 'Dollar'] } },
  ],
}
/** Asks in its first turn, and is done in the one after the answer. */
const asking = { offer, echo: true, turn: [{ once: [ask] }, { write: ['done.txt', 'done'] }] }

const openOne = (id: string, at = server): Promise<QuestionView> =>
  until('a question', 30_000, async () => {
    const all = await at.client.questions(id)
    return all.find((each) => each.outcome === null) ?? null
  })
const outcomes = async (id: string): Promise<(string | null)[]> =>
  (await server.client.questions(id)).map((each) => each.outcome)
/** What the agent was prompted with, from the first to the last. */
const prompts = (job: Parameters<typeof heardIn>[0]): string[] =>
  heardIn(job).flatMap((line) => {
    const prompt = line['prompt'] as { text: string }[] | undefined
    return prompt === undefined ? [] : [prompt.map((block) => block.text).join('')]
  })

it('a person sees who asks what until when; the answer is the next prompt of the same session', async () => {
  const id = await startFixtureJob(server, 'asks', asking, { permissions: 'ask' })
  const question = await openOne(id)
  const [agent] = await server.client.agents(id)
  expect(question).toMatchObject({
    agent: agent?.name,
    question: 'Which currency?',
    choices: ['Euro', 'Dollar'],
    outcome: null,
  })
  expect(Date.parse(question.deadline) - Date.parse(question.asked_at)).toBeCloseTo(3_600_000, -3)
  expect((await server.client.getJob(id)).wait).toEqual({
    for: 'answer',
    on: `${agent?.name} asks: Which currency?`,
    since: question.asked_at,
    until: question.deadline,
  })
  await until('the agent to wait', 30_000, async () =>
    (await server.client.agents(id))[0]?.status === 'waiting' ? true : null,
  )
  await expect(server.client.answerQuestion(id, id, 'Euro')).rejects.toMatchObject({ status: 404 })
  await expect(server.client.answerQuestion(id, question.id, '  ')).rejects.toMatchObject({ status: 400 })
  expect(await server.client.answerQuestion(id, question.id, 'Swiss francs.')).toMatchObject({
    id,
    wait: null,
  })
  const job = await endOf(server, id)
  expect(job).toMatchObject({ status: 'completed', error: null })
  expect(prompts(job)).toHaveLength(2)
  expect(prompts(job)[0]).toContain('A person answers questions in this job.')
  expect(prompts(job)[1]).toContain('Your question "Which currency?" is answered: Swiss francs.')
  expect(await server.client.attempts(id)).toHaveLength(1)
  const events = await server.client.events(id, 0)
  expect(events.filter((event) => event.type.startsWith('question.'))).toMatchObject([
    {
      type: 'question.asked',
      actor: `agent:${agent?.name}`,
      message: `${agent?.name} asks: Which currency?`,
    },
    {
      type: 'question.answered',
      actor: 'person',
      data: { question_id: question.id, answer: 'Swiss francs.' },
    },
  ])
  await expect(server.client.answerQuestion(id, question.id, 'Euro')).rejects.toMatchObject({
    status: 409,
    message: 'It has been answered already.',
  })
})

it('is repeated after the server was killed, and withdrawn when the job is cancelled', async () => {
  const again = { offer, turn: [ask] }
  const id = await startFixtureJob(server, 'restarted', again, { permissions: 'ask' })
  const before = await openOne(id)
  await server.crash()
  server = await startTestServer({ dataDir, env })
  const next = (last: QuestionView): Promise<QuestionView> =>
    until('the next question', 30_000, async () => {
      const one = await openOne(id)
      return one.id === last.id ? null : one
    })
  const after = await next(before)
  expect(after.attempt_id).not.toBe(before.attempt_id)
  await expect(server.client.answerQuestion(id, before.id, 'Euro')).rejects.toMatchObject({
    status: 409,
    message: 'The session that asked has ended; if its work continues, it may ask again.',
  })
  await server.client.answerQuestion(id, after.id, 'Euro')
  await next(after)
  await server.client.cancel(id)
  expect((await endOf(server, id)).status).toBe('cancelled')
  expect(await outcomes(id)).toEqual(['withdrawn', 'answered', 'withdrawn'])
})

it('is asked and answered on two command lines', async () => {
  const slipway = async (...args: string[]): Promise<string> => {
    const command = [slipwayProgram, ...args, '--data-dir', dataDir]
    return (await promisify(execFile)(process.execPath, command)).stdout
  }
  const words = ['-c', 'slipway-board ask "Light or dark?" Light Dark']
  const terminal = [
    { call: ['terminal/create', { command: 'sh', args: words }] },
    { call: ['terminal/wait_for_exit', { terminalId: '{terminal}' }] },
  ]
  const play = { echo: true, turn: [{ once: terminal }, { write: ['done.txt', 'done'] }] }
  const id = await startFixtureJob(server, 'lines', play, { permissions: 'ask' })
  await openOne(id)
  const listed = await slipway('questions', id)
  expect(listed).toContain('Light or dark?')
  expect(listed).toContain('- Dark')
  expect(listed).toContain(`slipway answer ${id.slice(0, 13)}`)
  expect(await slipway('answer', id, 'Dark')).toContain('will read it at the next turn')
  const job = await endOf(server, id)
  expect(prompts(job)[1]).toContain('Your question "Light or dark?" is answered: Dark')
  await expect(slipway('answer', id, 'Light')).rejects.toMatchObject({
    stderr: expect.stringContaining('no agent of this job asks you anything') as string,
  })
})

it('is refused at once in a job without questions', async () => {
  const id = await startFixtureJob(server, 'alone', asking)
  const job = await endOf(server, id)
  expect(job.status).toBe('completed')
  expect(prompts(job)).toHaveLength(1)
  const [answer] = heardIn(job).flatMap((line) => ('mcp' in line ? [line['mcp']] : []))
  expect(answer).toMatchObject({
    body: {
      result: {
        isError: true,
        content: [{ text: expect.stringContaining('decide yourself') as string }],
      },
    },
  })
  expect(await server.client.questions(id)).toEqual([])
})

it('ends with the information that no person answered in time', async () => {
  const own = await startTestServer({ env: { SLIPWAY_PERMISSION_SECONDS: '1' } })
  try {
    const id = await startFixtureJob(own, 'late', asking, { permissions: 'ask' })
    const job = await endOf(own, id)
    expect(job.status).toBe('completed')
    expect(prompts(job)[1]).toContain('Nobody answered your question "Which currency?" in time')
    const events = await own.client.events(id, 0)
    expect(events.filter((event) => event.type === 'question.closed')).toMatchObject([
      { actor: 'server', message: 'Nobody answered in time: Which currency?' },
    ])
  } finally {
    await own.stop()
  }
})

it('agents that wait for people lend their slot to others, and continue when they get an answer', async () => {
  const small = await startTestServer({ env, args: ['--workers', '1'] })
  const asked = []
  for (const name of ['first', 'second']) {
    const id = await startFixtureJob(small, name, asking, { permissions: 'ask' })
    asked.push({ id, question: await openOne(id, small) })
  }
  await until('both to wait', 30_000, async () =>
    (await small.client.stats()).slots.busy === 0 ? true : null,
  )
  const [waiting] = await small.client.tasks(asked[0]?.id ?? '')
  expect(waiting?.wait).toMatchObject({
    for: 'answer',
    on: expect.stringMatching(/ asks: Which currency\?$/),
  })
  const third = await small.client.createJob({ vision: 'a counter', mode: 'solo' })
  expect(await endOf(small, third.job_id)).toMatchObject({ status: 'completed', waited_ms: 0 })

  const needing = await small.client.listJobs({ needs: 'person' })
  expect(needing.jobs.map((job) => job.id)).toEqual(asked.map(({ id }) => id).toReversed())
  const all = await small.client.listJobs({ sort_by: 'attention' })
  expect(all.jobs.map((job) => job.id)).toEqual([...needing.jobs.map((job) => job.id), third.job_id])

  // While the only slot is in use, the card of the next task shows what it waits for.
  const busy = await small.client.createJob({ vision: 'a counter [[demo:hang]]', mode: 'solo' })
  await until('the slot to be taken', 30_000, async () =>
    (await small.client.tasks(busy.job_id))[0]?.activity === undefined ? null : true,
  )
  const queued = await small.client.createJob({ vision: 'a counter', mode: 'solo' })
  await until('its card to say so', 30_000, async () => {
    const [card] = await small.client.tasks(queued.job_id)
    return card?.wait?.for === 'capacity' ? true : null
  })
  for (const { job_id: id } of [queued, busy]) await small.client.cancel(id)

  for (const { id, question } of asked) await small.client.answerQuestion(id, question.id, 'Euro')
  for (const { id } of asked) {
    const job = await endOf(small, id)
    expect(job.status).toBe('completed')
    expect(job.waited_ms).toBeGreaterThan(0)
  }
  expect(await small.client.listJobs({ needs: 'person' })).toMatchObject({ total: 0 })
  await small.stop()
})
