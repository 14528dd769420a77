import { execa, type Options } from 'execa'
import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestServer, type TestServer } from '../helpers/server.ts'
import { until } from '../helpers/until.ts'
import { slipwayProgram } from '../helpers/program.ts'

/** The gate of a plan and the acts of people, typed into a terminal. */
let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

function slipway(args: readonly string[], options: Options = {}) {
  return execa(process.execPath, [slipwayProgram, ...args, '--data-dir', server.dataDir], {
    reject: false,
    timeout: 110_000,
    stdin: 'ignore',
    ...options,
  })
}

it('a plan is waited for, edited in an editor, rejected, approved, and one of its tasks cancelled', async () => {
  const running = slipway(['run', 'a counter [[demo:slow=1500]]', '--approve-plan', '--plain'])
  let told = ''
  running.stdout?.on('data', (chunk: Buffer) => {
    told += chunk.toString()
  })
  const id = await until('the hint', 60_000, () =>
    Promise.resolve(/slipway approve (\S+)/.exec(told)?.[1] ?? null),
  )
  expect(told).toContain('The plan waits for you')

  const broken = await slipway(['plan', id, '--edit'], {
    env: { EDITOR: `sed -i 's/"depends_on": \\[\\]/"depends_on": ["nowhere"]/'` },
  })
  expect(broken).toMatchObject({
    exitCode: 2,
    stderr: expect.stringMatching(/depends on "nowhere", which is not in the plan[^]*Your edit is kept in/),
  })
  const kept = /kept in (\S+)/.exec(String(broken.stderr))?.[1] ?? ''
  expect(fs.readFileSync(kept, 'utf8')).toContain('nowhere')
  fs.rmSync(path.dirname(kept), { recursive: true })

  const edited = await slipway(['plan', id, '--edit'], {
    env: { EDITOR: `sed -i '0,/"title": ".*"/s//"title": "My own counter"/'` },
  })
  expect(edited).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('My own counter') })
  expect(edited.stdout).toContain('version 2')

  expect(await slipway(['approve', id, '--plan-version', '1'])).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('version 2'),
  })
  const rejected = await slipway(['reject', id, '--note', 'Drop the task docs'])
  expect(rejected).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('back to its planner') })
  await until('the next proposal', 60_000, async () => {
    const { stdout } = await slipway(['plan', id, '--json'])
    const view = JSON.parse(String(stdout)) as { state: string; version: number }
    return view.state === 'proposed' && view.version === 3 ? true : null
  })
  const page = await slipway(['plan', id])
  expect(page.stdout).toContain('Sent back: Drop the task docs')
  expect(page.stdout).not.toContain('Write the README  docs')
  expect(await slipway(['approve', id])).toMatchObject({ exitCode: 0 })
  const { exitCode, stdout } = await running
  expect({ exitCode, proven: String(stdout).includes('its checks pass') }).toEqual({
    exitCode: 0,
    proven: true,
  })
})

it('names are resolved, and an unknown one is answered with the existing ones', async () => {
  const { job_id } = await server.client.createJob({ vision: 'a calculator [[demo:hang]]' })
  await until('a hanging developer', 60_000, async () => {
    const agents = await server.client.agents(job_id)
    return agents.find((agent) => agent.role === 'developer' && agent.status === 'working') ?? null
  })
  expect(await slipway(['message', job_id, 'developer 1', 'Mind the gap.'])).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('Developer 1 will read it'),
  })
  expect(await slipway(['message', job_id, 'Nobody', 'hello'])).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('"Developer 1"'),
  })
  expect(await slipway(['retry', job_id, 'no-such-task'])).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('engine'),
  })
  expect(await slipway(['retry', job_id, 'engine'])).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('only one that failed'),
  })
  expect(await slipway(['cancel', job_id, '--task', 'docs'])).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('Write the README'),
  })
  await until('the cancelled task', 15_000, async () => {
    const tasks = await server.client.tasks(job_id)
    return tasks.find((task) => task.key === 'docs')?.status === 'cancelled' ? true : null
  })
  expect(await slipway(['cancel', job_id])).toMatchObject({ exitCode: 0 })
})
