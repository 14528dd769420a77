import { execFile } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fixtureAgent, startFixtureJob } from '../helpers/fixture-backend.ts'
import { endOf } from '../helpers/follow-job.ts'
import { processesNaming } from '../helpers/processes.ts'
import { startTestServer, type TestServer } from '../helpers/server.ts'
import { until } from '../helpers/until.ts'
import { slipwayProgram } from '../helpers/program.ts'

/** Misbehaving backends: the job ends in time, and explains the problem. */
let server: TestServer

/** The behaviour of an agent, and the expected error of its job. */
const cases: [string, object, string][] = [
  [
    'prints',
    { start: 'garbage' },
    'The agent does not speak the Agent Client Protocol. It printed: Welcome!',
  ],
  ['leaves', { start: 'exit' }, "The agent's process ended: exit code 0."],
  ['is mute', { turn: [{ hang: true }] }, 'The agent said nothing within 2 s of its prompt.'],
  ['falls silent', { turn: [{ say: 'Well…' }, { hang: true }] }, 'The agent fell silent for 2 s'],
  ['goes on for ever', { turn: [{ talk: 100 }] }, 'The agent did not finish its turn within 6 s.'],
  ['floods', { turn: [{ flood: 10_000_000 }] }, 'The agent flooded its session: it said more than 1 MB.'],
  ['dies', { turn: [{ say: 'Now…' }, { exit: 7 }] }, "The agent's process ended: exit code 7."],
  [
    'errs',
    { turn: [{ fail: { code: -32_603, message: 'no credit' } }] },
    'answered with an error: no credit',
  ],
  ['refuses', { turn: [{ stop: { stopReason: 'refusal' } }] }, 'The agent stopped with "refusal".'],
  [
    'claims a success that is not there',
    { quiet: true, turn: [{ say: 'All done: everything works and all tests pass.' }] },
    'The agent ended its turn and had changed nothing.',
  ],
]
/** The jobs of these cases. They run concurrently with everything else in this file, and wait only for their own limits. */
const failing = new Map<string, string>()
const nameOf = (what: string): string => what.replaceAll(' ', '-')

beforeAll(async () => {
  const env = {
    SLIPWAY_AGENT_START_SECONDS: '20',
    SLIPWAY_FIRST_UPDATE_SECONDS: '2',
    SLIPWAY_SILENCE_SECONDS: '2',
    SLIPWAY_TURN_SECONDS: '6',
    SLIPWAY_SESSION_MB: '1',
    // None of the jobs waits for the end of another one.
    SLIPWAY_WORKERS: '12',
  }
  server = await startTestServer({ env })
  for (const [what, play] of cases) {
    const name = nameOf(what)
    failing.set(what, await startFixtureJob(server, name, { mark: name, ...play }))
  }
})
afterAll(() => server.stop())

/** No process of the fixture that plays this is left. */
const noneLeft = (name: string): Promise<true> =>
  until('the end of its processes', 5000, () =>
    Promise.resolve(processesNaming(`"mark":"${name}"`).length === 0 ? true : null),
  )

it('a backend whose program is missing is refused with an explanation', async () => {
  await server.client.addBackend({ name: 'missing', command: ['no-such-program', '--acp'], env: {} })
  await expect(
    server.client.createJob({ vision: 'x', mode: 'solo', backend: 'missing' }),
  ).rejects.toMatchObject({
    status: 400,
    code: 'backend_unavailable',
    message: expect.stringContaining('"no-such-program" is not installed'),
  })
})

it.each(['program', 'script'])(
  'a job waits by name for a backend whose %s is missing for a while, and completes',
  async (what) => {
    const name = `vanishing-${what}`
    const file = path.join(server.dataDir, what === 'script' ? `${name}.mjs` : name)
    const put = (play: object): void => {
      const told = JSON.stringify(play)
      // The whole agent: inside the walls there is nothing but the backend's own file.
      const agent = fs.readFileSync(fixtureAgent, 'utf8')
      const first = what === 'script' ? '' : `#!${process.execPath}\n`
      const text = `${first}process.argv[2] = ${JSON.stringify(told)}\n${agent}`
      fs.writeFileSync(file, text, { mode: 0o755 })
    }
    put({ turn: [{ say: 'Now…' }, { talk: 6000 }, { exit: 7 }] })
    const command = what === 'script' ? [process.execPath, file] : [file]
    await server.client.addBackend({ name, command, env: {} })
    const { job_id } = await server.client.createJob({ vision: 'x', mode: 'solo', backend: name })
    await until('its agent at work', 60_000, async () =>
      (await server.client.events(job_id, 0)).some((event) => event.type === 'session.message') ? true : null,
    )
    fs.rmSync(file)
    // A wait lasts as long as its pause, so it is read where it stays: in its event.
    const waiting = await until('the wait', 60_000, async () => {
      const events = await server.client.events(job_id, 0)
      return events.find((event) => event.type === 'job.waiting') ?? null
    })
    expect(waiting.data['wait']).toMatchObject({
      for: 'retry',
      on: expect.stringContaining(`"${name}", which cannot be used`),
    })
    put({ turn: [{ write: ['made.txt', 'x'] }] })
    expect(await endOf(server, job_id)).toMatchObject({ status: 'completed', error: null })
    const ends = (await server.client.attempts(job_id)).map((attempt) => attempt.status)
    expect(new Set(ends)).toEqual(new Set(['lost', 'succeeded']))
  },
)

it('a backend can have its own limits', async () => {
  const slipway = async (...args: string[]): Promise<string> => {
    const command = [slipwayProgram, 'backends', 'limits', ...args]
    return (await promisify(execFile)(process.execPath, [...command, '--data-dir', server.dataDir])).stdout
  }
  expect(await slipway('slow', '--start', '1', '--first-update', '90')).toContain(
    'slow has limits of its own: start 1 s, first update 90 s.',
  )
  const id = await startFixtureJob(server, 'slow', { start: 'hang' })
  const job = await endOf(server, id)
  expect(job.status).toBe('failed')
  const [attempt] = await server.client.attempts(id)
  expect(attempt?.error).toBe('The agent did not start within 1 s.')
  expect(await slipway('slow', '--reset')).toContain('slow has the limits that all backends have.')
  expect((await server.client.settings()).limits).toEqual({})
})

it('a job that is cancelled during a long command ends within 15 s, and none of its processes continue', async () => {
  const id = await startFixtureJob(server, 'cancelled', {
    turn: [
      { call: ['terminal/create', { command: 'sleep', args: ['4321.1'] }] },
      { spawn: ['sleep', '4321.2'] },
      { say: 'Running…' },
      { call: ['terminal/wait_for_exit', { terminalId: '{terminal}' }] },
    ],
  })
  await until('both commands', 30_000, () =>
    Promise.resolve(['4321.1', '4321.2'].every((mark) => processesNaming(mark).length > 0) ? true : null),
  )
  const began = Date.now()
  await server.client.cancel(id)
  const job = await endOf(server, id)
  expect(job.status).toBe('cancelled')
  expect(Date.now() - began).toBeLessThan(15_000)
  expect(processesNaming('4321.')).toEqual([])
})

it('work that was finished when its agent was killed counts, even if the next attempt finds nothing to do', async () => {
  const id = await startFixtureJob(server, 'finished', {
    quiet: true,
    turn: [{ once: [{ write: ['done.txt', 'done'] }, { exit: 9 }] }],
  })
  const job = await endOf(server, id)
  expect(job).toMatchObject({ status: 'completed', error: null })
  expect(fs.readdirSync(job.workspace_path ?? '')).toContain('done.txt')
})

describe('a job fails with an explanation, and leaves no process behind, when its agent', () => {
  it.each(cases)('%s', async (what, _, sentence) => {
    const id = failing.get(what) ?? ''
    const name = nameOf(what)
    const job = await endOf(server, id)
    expect(job).toMatchObject({ status: 'failed', proof: null })
    expect(job.error).toContain(`The task "a job for ${name}" failed: Gave up after`)
    const [task] = await server.client.tasks(id)
    expect(task?.error).toContain('Gave up after 4 attempts. The last one: ')
    expect(task?.error).toContain(sentence)
    const attempts = await server.client.attempts(id)
    expect(attempts).toHaveLength(4)
    for (const attempt of attempts) expect(attempt.error).toContain(sentence)
    await noneLeft(name)
  })
})
