import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CustomBackend } from '../../src/contract/backend.ts'
import type { JobView } from '../../src/contract/job.ts'
import { fixtureBackend } from '../helpers/fixture-backend.ts'
import { endOf, eventsOf } from '../helpers/follow-job.ts'
import { startTestServer, type TestServer } from '../helpers/server.ts'
import { until } from '../helpers/until.ts'
import { slipwayProgram } from '../helpers/program.ts'

/** The subscription of an agent's own log-in is used up: the job waits for it by name, and no attempt fails. */
const root = path.join(import.meta.dirname, '..', '..')
const plainAgent = path.join(root, 'test', 'helpers', 'plain-agent.mjs')
const notice = "You've hit your session limit · resets 3pm"
let server: TestServer

beforeAll(async () => {
  server = await startTestServer({ env: { SLIPWAY_WORKERS: '12' } })
})
afterAll(() => server.stop())

const plain = (name: string, play: object[]): CustomBackend => ({
  name,
  kind: 'command',
  prompt: 'stdin',
  command: [process.execPath, plainAgent, 'stdin', JSON.stringify(play)],
  env: {},
})

async function start(backend: CustomBackend): Promise<string> {
  await server.client.addBackend({ ...backend, display_name: `Agent ${backend.name}` })
  const { job_id } = await server.client.createJob({ vision: 'x', mode: 'solo', backend: backend.name })
  return job_id
}

const waiting = (id: string): Promise<JobView> =>
  until('the wait', 30_000, async () => {
    const job = await server.client.getJob(id)
    if (job.completed_at !== null) throw new Error(`it ${job.status}: ${job.error}`)
    return job.wait?.until === null || job.wait === null ? null : job
  })

const error = { code: -32_603, message: 'Internal error', data: { message: notice } }
const ways: [string, CustomBackend][] = [
  ['an error of the protocol', fixtureBackend('error', { turn: [{ fail: { ...error, message: notice } }] })],
  ['what an error adds', fixtureBackend('added', { turn: [{ fail: error }] })],
  ['all it says', fixtureBackend('says', { quiet: true, turn: [{ say: notice }] })],
  ['stderr, with exit code 1', fixtureBackend('dies', { turn: [{ warn: `${notice}\n` }, { exit: 1 }] })],
  ['what it said before it left', fixtureBackend('leaves', { turn: [{ say: notice }, { exit: 1 }] })],
  ['stdout, with exit code 0', plain('out-0', [{ say: `${notice}\n` }])],
  ['stdout, with exit code 1', plain('out-1', [{ say: `${notice}\n` }, { exit: 1 }])],
  ['stderr, with exit code 0', plain('err-0', [{ warn: `${notice}\n` }])],
  ['stderr, with exit code 1, as a command', plain('err-1', [{ warn: `${notice}\n` }, { exit: 1 }])],
]

describe('an agent reports that its session limit is reached by', () => {
  it.concurrent.each(ways)(
    '%s: the job waits for it by name, and the attempt does not count',
    async (_, backend) => {
      const id = await start(backend)
      const job = await waiting(id)
      expect(job).toMatchObject({
        status: 'waiting',
        wait: {
          for: 'provider',
          on: expect.stringMatching(
            new RegExp(
              `^Agent ${backend.name}: its session limit resets at 15:00( on \\d{4}-\\d\\d-\\d\\d)?$`,
            ),
          ),
        },
      })
      const at = new Date(job.wait?.until ?? '')
      expect([at.getHours(), at.getMinutes()]).toEqual([15, 0])
      expect((await server.client.attempts(id)).map((attempt) => attempt.status)).toEqual(['lost'])
      const [told] = await eventsOf(server, id, 'job.waiting')
      expect(told?.message).toContain(`Waiting for Agent ${backend.name}: its session limit resets at 15:00`)
      const shown = await promisify(execFile)(process.execPath, [
        slipwayProgram,
        'show',
        id,
        '--data-dir',
        server.dataDir,
      ])
      expect(shown.stdout).toContain(`Agent ${backend.name}: its session limit resets at 15:00`)
      await server.client.cancel(id)
    },
  )
})

it.concurrent('a limit is waited for every time it is reached, and the job completes', async () => {
  const soon = "■ You've hit your usage limit. Upgrade to Pro or try again in 1 second."
  const met = { before: [Date.now() + 12_000, [{ fail: { code: -32_603, message: soon } }]] }
  const play = { turn: [met, { write: ['made.txt', 'x'] }] }
  const id = await start(fixtureBackend('patient', play))
  expect(await endOf(server, id)).toMatchObject({ status: 'completed', error: null })
  const ends = (await server.client.attempts(id)).map((attempt) => attempt.status)
  expect(ends.length).toBeGreaterThan(1)
  expect(ends.slice(0, -1).every((end) => end === 'lost')).toBe(true)
  expect(ends.at(-1)).toBe('succeeded')
})

it.concurrent('a limit without a time means a wait of one hour', async () => {
  const began = Date.now()
  const id = await start(fixtureBackend('timeless', { quiet: true, turn: [{ say: 'Weekly limit reached' }] }))
  const { wait } = await waiting(id)
  expect(wait).toMatchObject({ for: 'provider', on: 'Agent timeless: its weekly limit is reached' })
  const left = Date.parse(wait?.until ?? '') - began
  expect(left).toBeGreaterThanOrEqual(3_600_000)
  expect(left).toBeLessThan(3_720_000)
  await server.client.cancel(id)
})

it.concurrent('a notice that an agent quotes in an answer about its work is not a limit', async () => {
  const write = { write: ['made.txt', notice] }
  const call = { update: { sessionUpdate: 'tool_call', toolCallId: 'c', title: 'Write made.txt' } }
  const quoting = [
    fixtureBackend('quotes', {
      turn: [write, { say: `The page now shows "${notice}" instead of an error.` }],
    }),
    fixtureBackend('worked', { turn: [call, write, { say: notice }] }),
    plain('prints', [write, { say: `Wrote the handling of:\n${notice}\n` }]),
  ]
  const ids = await Promise.all(quoting.map(start))
  const jobs = await Promise.all(ids.map((id) => endOf(server, id)))
  expect(jobs.map((job) => job.status)).toEqual(['completed', 'completed', 'completed'])
})
