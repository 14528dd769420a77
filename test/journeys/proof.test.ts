import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { JobView } from '../../src/contract/job.ts'
import { startFixtureJob } from '../helpers/fixture-backend.ts'
import { databaseUrlFor } from '../helpers/test-database.ts'
import { endOf, eventsOf } from '../helpers/follow-job.ts'
import { makeDataDir, startTestServer, type TestServer } from '../helpers/server.ts'

/** Done means proven: the checks decide, whatever the agent claims. */
let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

async function outcome(
  vision: string,
  options: { mode?: 'solo'; checks?: string[]; setup?: string[] } = {},
): Promise<JobView> {
  const { job_id } = await server.client.createJob({ vision, ...options })
  return endOf(server, job_id)
}

it('a planted bug is found by the check, and the repair with its log is proven', async () => {
  const job = await outcome('a calculator [[demo:bug]]')
  expect({ status: job.status, proof: job.proof, error: job.error }).toEqual({
    status: 'completed',
    proof: 'proven',
    error: null,
  })
  const { checks } = await server.client.checks(job.id)
  const failed = checks.find((check) => check.verdict === 'fail')
  const repaired = checks.findLast(
    (check) => check.task_id === failed?.task_id && check.command === failed?.command,
  )
  expect(failed).toMatchObject({ scope: 'task', exit_code: expect.any(Number) })
  expect(failed?.log).not.toBe('')
  expect(repaired).toMatchObject({ verdict: 'pass', exit_code: 0 })
  const attempts = await server.client.attempts(job.id)
  expect(
    attempts.filter((attempt) => attempt.task_id === failed?.task_id && attempt.kind === 'work').length,
  ).toBeGreaterThan(1)
})

it('a bug that is not fixed ends the job as failed, with the evidence', async () => {
  const job = await outcome('a calculator [[demo:unfixable]]')
  expect(job.status).toBe('failed')
  expect(job.error).not.toBe('')
  const { checks, proof } = await server.client.checks(job.id)
  expect(proof).toBeNull()
  expect(checks.filter((check) => check.verdict === 'fail').length).toBeGreaterThanOrEqual(4)
})

it('a check of a person is run, and fails the job when it cannot pass', async () => {
  const job = await outcome('a counter', { checks: ['test -f no-such-file'] })
  expect(job.status).toBe('failed')
  expect(job.error).toContain('test -f no-such-file')
})

it('without any check the job is completed unproven, and shows that', async () => {
  const job = await outcome('a calculator [[demo:no-checks]]')
  expect({ status: job.status, proof: job.proof }).toEqual({ status: 'completed', proof: 'unproven' })
})

it('a solo job is proven in the same way', async () => {
  const job = await outcome('a word frequency tool', { mode: 'solo' })
  expect({ status: job.status, proof: job.proof, error: job.error }).toEqual({
    status: 'completed',
    proof: 'proven',
    error: null,
  })
  expect(await server.client.tasks(job.id)).toHaveLength(1)
  const [ended] = await eventsOf(server, job.id, 'job.completed')
  expect({ demo: job.demo, said: ended?.message }).toEqual({
    demo: true,
    said: 'Completed by the offline demo: its checks pass.',
  })
  const { jobs } = await server.client.listJobs({})
  expect(jobs.find(({ id }) => id === job.id)).toMatchObject({ demo: true })
})

it('a setup runs once before the checks of a job, and the origin of a check is stored', async () => {
  const job = await outcome('a counter', {
    checks: ['test "$(cat made)" = once'],
    setup: ['test ! -e made && echo once > made && echo "$HOME" > "$HOME/at"'],
  })
  expect({ proof: job.proof, error: job.error, setup: job.options.setup }).toEqual({
    proof: 'proven',
    error: null,
    setup: ['test ! -e made && echo once > made && echo "$HOME" > "$HOME/at"'],
  })
  const { checks } = await server.client.checks(job.id)
  const whole = checks.filter((check) => check.scope === 'job')
  expect(whole.slice(0, 3).map(({ kind, origin, verdict }) => [kind, origin, verdict])).toEqual([
    ['setup', 'person', 'pass'],
    ['check', 'person', 'pass'],
    ['check', 'plan', 'pass'],
  ])
})

it('a failed setup is repaired like a check, and the final error names the setup', async () => {
  const job = await outcome('a word frequency tool', {
    mode: 'solo',
    setup: ['echo cannot reach the registry && exit 7'],
  })
  expect({ status: job.status, error: job.error }).toEqual({
    status: 'failed',
    error: expect.stringContaining('The setup still fails after 3 repairs'),
  })
  const { checks } = await server.client.checks(job.id)
  expect(new Set(checks.map(({ kind, exit_code }) => `${kind} ${exit_code}`))).toEqual(new Set(['setup 7']))
})

it('checks that cannot fail, and runs without tests, prove nothing, and that is reported', async () => {
  const id = await startFixtureJob(server, 'easy', {
    quiet: true,
    turn: [
      { write: ['package.json', '{"scripts": {"test": "echo all 12 tests passed"}}'] },
      { write: ['.slipway/checks.json', '{"checks": ["exit 0", "npm test"]}'] },
    ],
  })
  const job = await endOf(server, id)
  expect({ demo: job.demo, status: job.status, proof: job.proof, reason: job.proof_reason }).toEqual({
    demo: false,
    status: 'completed',
    proof: 'unproven',
    reason: expect.stringContaining('"exit 0": It cannot fail: it exits with 0 whatever the work is like.'),
  })
  const { checks } = await server.client.checks(id)
  expect(checks.map(({ origin, verdict, not_counted }) => [origin, verdict, not_counted])).toEqual([
    ['agent', 'pass', 'It cannot fail: it exits with 0 whatever the work is like.'],
    ['agent', 'pass', expect.stringContaining('the script "test" of package.json')],
  ])
  const [ended] = await eventsOf(server, id, 'job.completed')
  expect(ended?.message).toMatch(/^Completed, unproven\. No check that was run proves anything\./)
})

it('weakened tests are sent back once, lower the proof, and can be waived with a reason', async () => {
  const source = path.join(makeDataDir(), 'source')
  const test = "import { it } from 'node:test'\nit('adds', () => {})\n"
  const files = { 'a.test.mjs': test.replace('{}', "{ throw new Error('no') }"), 'b.test.mjs': test }
  fs.mkdirSync(source)
  for (const [name, content] of Object.entries(files)) fs.writeFileSync(path.join(source, name), content)
  for (const args of [
    ['init', '-q'],
    ['add', '.'],
    ['commit', '-qm', 'begin'],
  ])
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@localhost', ...args], { cwd: source })
  const play = { quiet: true, turn: [{ write: ['a.test.mjs', '// nothing to see\n'] }] }
  const id = await startFixtureJob(server, 'forger', play, { source, checks: ['node --test'] })
  const job = await endOf(server, id)
  const message = 'The test file a.test.mjs has no test any more.'
  expect({ status: job.status, proof: job.proof, reason: job.proof_reason }).toEqual({
    status: 'completed',
    proof: 'partial',
    reason: `The checks pass, but the tests were weakened. ${message}`,
  })
  const tasks = await server.client.tasks(id)
  expect(tasks.map(({ key, status }) => [key, status])).toEqual([
    ['build', 'completed'],
    ['restore-tests', 'completed'],
  ])
  expect(tasks[1]?.description).toContain(message)
  const { findings } = await server.client.checks(id)
  expect(findings).toMatchObject([{ rule: 'test_emptied', path: 'a.test.mjs', message, verdict: 'fail' }])

  const findingId = findings[0]?.id ?? ''
  await expect(server.client.waive(id, findingId, ' ')).rejects.toMatchObject({ status: 400 })
  const waived = await server.client.waive(id, findingId, 'Adding was dropped.')
  expect({ proof: waived.proof, reason: waived.proof_reason }).toEqual({ proof: 'proven', reason: null })
  expect((await server.client.checks(id)).findings).toMatchObject([
    { verdict: 'waived', waived_because: 'Adding was dropped.' },
  ])
  expect((await eventsOf(server, id, 'finding.waived')).map(({ actor }) => actor)).toEqual(['person'])
  await expect(server.client.waive(id, findingId, 'again')).rejects.toMatchObject({
    status: 409,
    code: 'waived_already',
  })
})

it('junk and secrets of an agent are not delivered, and the proof shows it', async () => {
  const turn = [
    { write: ['made.txt', 'made\n'] },
    { write: ['.env', 'KEY=1\n'] },
    { write: ['node_modules/a/index.js', '1\n'] },
  ]
  const id = await startFixtureJob(server, 'messy', { quiet: true, turn }, { checks: ['test -f made.txt'] })
  const job = await endOf(server, id)
  expect(job.proof).toBe('proven')
  const { left_out: left } = await server.client.checks(id)
  expect(left).toEqual([
    { path: '.env', why: 'a file for secrets' },
    { path: 'node_modules/', why: 'made by a tool, which makes it again' },
  ])
  expect(fs.readdirSync(job.workspace_path ?? '').toSorted()).toEqual(['.git', 'made.txt'])
  const [told] = await eventsOf(server, id, 'checkpoint.left_out')
  expect(told?.message).toContain('Not committed: .env (a file for secrets), node_modules/')
})

it('a failed job names the cause, not only the task', async () => {
  const id = await startFixtureJob(server, 'quitter', {
    quiet: true,
    turn: [{ fail: { code: -32000, message: 'out of ideas' } }],
  })
  expect((await endOf(server, id)).error).toMatch(
    /^The task "a job for quitter" failed: Gave up after 4 attempts\. .*out of ideas/,
  )
})

it('a data directory that was moved shows no outdated path', async () => {
  const old = makeDataDir()
  const first = await startTestServer({ dataDir: old })
  const { job_id } = await first.client.createJob({ vision: 'a counter', mode: 'solo' })
  await endOf(first, job_id)
  await first.stop()
  const moved = path.join(makeDataDir(), 'moved')
  fs.cpSync(old, moved, { recursive: true })
  const database = await databaseUrlFor(old)
  const env = database === undefined ? {} : { DATABASE_URL: database }
  const second = await startTestServer({ dataDir: moved, env })
  expect((await second.client.getJob(job_id)).workspace_path).toBe(path.join(moved, 'jobs', job_id, 'result'))
  await second.stop()
})
