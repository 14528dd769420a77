import fs from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  agentsUnderTest,
  connectModels,
  isWhole,
  realAgents,
  teamAgents,
} from '../helpers/agents-under-test.ts'
import { processesNaming } from '../helpers/processes.ts'
import { scriptedVision } from '../helpers/scripted-team.ts'
import { startScriptedModel, type ScriptedModel } from '../helpers/scripted-model.ts'
import { scriptText, type Step } from '../helpers/scripted-model/script.ts'
import { startTestServer, type TestServer } from '../helpers/server.ts'
import { until } from '../helpers/until.ts'
import type { NewJob } from '../../src/contract/job.ts'

/** Real coding agents do whole jobs: only the models behind the gateway follow a script. */
let model: ScriptedModel
let server: TestServer
const JOB_MS = 200_000

beforeAll(async () => {
  model = await startScriptedModel()
  server = await startTestServer({ env: realAgents })
})
afterAll(async () => {
  await server.stop()
  await model.close()
})

/** Runs a job to its end with a key of its own, so that what the provider served for it can be told from the rest. */
async function finish(job: NewJob): Promise<{ id: string; key: string; told: string }> {
  const key = await connectModels(server, model)
  const { job_id: id } = await server.client.createJob(job)
  await until('the end of the job', JOB_MS, async () => (await server.client.getJob(id)).completed_at)
  const events = await server.client.pastEvents(id, { limit: 400 })
  return {
    id,
    key,
    told: events.map(({ actor, type, message }) => `${actor} ${type}: ${message}`).join('\n'),
  }
}

function script(...steps: Step[]): string {
  return `Write a file.\n\n${scriptText({ steps })}`
}

/** The outermost process behind a label, as the server has written it down. */
function pidOf(dataDir: string, label: string): number {
  const dir = path.join(dataDir, 'run')
  const notes = fs.readdirSync(dir).map((name) => fs.readFileSync(path.join(dir, name), 'utf8'))
  const note = notes.find((text) => text.includes(label)) ?? '{}'
  return z.object({ pid: z.int() }).parse(JSON.parse(note)).pid
}

/** The ledger and the provider's own book say the same, to the token. */
async function expectLedger(id: string, key: string): Promise<void> {
  const { input, output, calls } = model.totals(key)
  expect(calls).toBeGreaterThan(0)
  const { usage } = await server.client.getJob(id)
  expect(usage).toMatchObject({ input_tokens: input, output_tokens: output })
}

describe.each(agentsUnderTest)('%s', (backend) => {
  it('does a job alone, it is proven, and its ledger is exact', async () => {
    const { id, key, told } = await finish({
      vision: script(
        { write: ['a.txt', 'hello\n'] },
        { bash: 'cat a.txt' },
        { write: ['.slipway/checks.json', '{"checks":["grep -qx hello a.txt"]}'] },
        { text: 'It is written.' },
      ),
      backend,
      mode: 'solo',
    })
    expect(await server.client.getJob(id), told).toMatchObject({ status: 'completed', proof: 'proven' })
    await expectLedger(id, key)
  })

  it('tells where it is, over MCP where it takes servers, else with the program in its PATH', async () => {
    const takesServers = !['cline', 'pi'].includes(backend)
    const { id, told } = await finish({
      vision: script(
        takesServers
          ? { call: ['report_progress', { message: 'Half is done.' }] }
          : { bash: 'slipway-board progress Half is done.' },
        { write: ['a.txt', 'hello\n'] },
        { text: 'It is written.' },
      ),
      backend,
      mode: 'solo',
      checks: ['grep -qx hello a.txt'],
    })
    expect(await server.client.getJob(id), told).toMatchObject({ status: 'completed', proof: 'proven' })
    const events = await server.client.events(id, 0)
    const reports = events.filter(({ type }) => type === 'attempt.progress')
    expect(
      reports.map(({ message }) => message),
      told,
    ).toEqual(['Half is done.'])
  })

  it('stops in the middle of a long command within 15 s of a cancel, and leaves no process', async () => {
    await connectModels(server, model)
    const mark = `long-command-of-${backend}`
    const { job_id } = await server.client.createJob({
      vision: script({ bash: `MARK=${mark} sleep 987` }, { text: 'Done.' }),
      backend,
      mode: 'solo',
    })
    await until('the command', JOB_MS, async () => (processesNaming(mark).length > 0 ? true : null))
    const began = Date.now()
    await server.client.cancel(job_id)
    await until('the end', 15_000, async () => (await server.client.getJob(job_id)).completed_at)
    expect(await server.client.getJob(job_id)).toMatchObject({ status: 'cancelled' })
    await until('no process', 15_000 - (Date.now() - began), async () =>
      processesNaming(mark).length === 0 ? true : null,
    )
  })

  it.runIf(isWhole)(
    'is killed in the middle of its work, and its next attempt goes on from what was done',
    async () => {
      await connectModels(server, model)
      const mark = `killed-command-of-${backend}`
      const first = {
        attempt: 1,
        steps: [{ write: ['one.txt', '1\n'] as [string, string] }, { bash: `MARK=${mark} sleep 987` }],
      }
      const second = {
        attempt: 2,
        steps: [{ bash: 'cp one.txt two.txt' }, { text: 'It goes on.' }],
      }
      const { job_id } = await server.client.createJob({
        vision: `Write a file.\n\n${scriptText(first)}\n${scriptText(second)}`,
        backend,
        mode: 'solo',
        checks: ['grep -qx 1 two.txt'],
      })
      await until('the command', JOB_MS, async () => (processesNaming(mark).length > 0 ? true : null))
      const [running] = (await server.client.attempts(job_id)).filter(({ status }) => status === 'running')
      process.kill(pidOf(server.dataDir, `attempt ${running?.id}`), 'SIGKILL')
      await until('the end of the job', JOB_MS, async () => (await server.client.getJob(job_id)).completed_at)
      expect(await server.client.getJob(job_id)).toMatchObject({ status: 'completed', proof: 'proven' })
      expect(await server.client.attempts(job_id)).toMatchObject([
        { status: 'failed' },
        { status: 'succeeded' },
      ])
      expect(processesNaming(mark)).toEqual([])
    },
  )
})

it.each(teamAgents)('%s does a whole team job, and it is proven', async (backend) => {
  const { id, key, told } = await finish({ vision: scriptedVision(), backend })
  expect(await server.client.getJob(id), told).toMatchObject({ status: 'completed', proof: 'proven' })
  await expectLedger(id, key)
})

it('a team in which each role is another agent does a whole job', async () => {
  const [first = 'codex', second = first, third = second, fourth = first] = teamAgents
  const agents = { product_owner: first, architect: second, developer: third, reviewer: fourth }
  const { id, key, told } = await finish({ vision: scriptedVision(), backend: first, agents })
  expect(await server.client.getJob(id), told).toMatchObject({ status: 'completed', proof: 'proven' })
  const team = await server.client.agents(id)
  expect(Object.fromEntries(team.map(({ role, backend }) => [role, backend]))).toMatchObject(agents)
  await expectLedger(id, key)
})
