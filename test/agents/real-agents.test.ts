import fs from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { describe, expect, it } from 'vitest'
import { agentsUnderTest, budgetAgents, isWhole } from '../helpers/agents-under-test.ts'
import { processesNaming } from '../helpers/processes.ts'
import { scriptText, type Step } from '../helpers/scripted-model/script.ts'
import { until } from '../helpers/until.ts'
import { LOOK_MS, SESSION_MS, useAgents } from '../helpers/use-agents.ts'

/** Real coding agents do whole jobs, several agents at a time: only the models behind the gateway follow a script. */
const agents = useAgents()
/** The usage of each scripted answer of the provider, for a job with a budget. */
const PER_CALL = 10_000
/** One after the other within an agent: they share its provider. */
const inTurn = { concurrent: false }

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

async function running(mark: string): Promise<void> {
  await until(
    'the command',
    SESSION_MS,
    async () => (processesNaming(mark).length > 0 ? true : null),
    LOOK_MS,
  )
}

describe.each(agentsUnderTest)('%s', { concurrent: true }, (backend) => {
  it(
    'completes a job alone and reports its progress in every way; it is proven, and its ledger is exact',
    inTurn,
    async () => {
      // The program in the PATH of its commands; and a tool, where it takes MCP servers.
      const takesServers = !['cline', 'pi'].includes(backend)
      const checks = ['grep -qx hello a.txt', 'grep -qx "The people who watch can see it." said.txt']
      const { id, key, told } = await agents.finish({
        vision: script(
          { write: ['a.txt', 'hello\n'] },
          { bash: 'slipway-board progress Half is done. > said.txt 2>&1; cat said.txt' },
          ...(takesServers
            ? [{ call: ['report_progress', { message: 'More is done.' }] } satisfies Step]
            : []),
          { write: ['.slipway/checks.json', JSON.stringify({ checks })] },
          { text: 'It is written.' },
        ),
        backend,
        mode: 'solo',
      })
      const { client } = agents.server
      expect(await client.getJob(id), told).toMatchObject({ status: 'completed', proof: 'proven' })
      const reports = (await client.events(id, 0)).filter(({ type }) => type === 'attempt.progress')
      expect(
        reports.map(({ message }) => message),
        told,
      ).toEqual(['Half is done.', ...(takesServers ? ['More is done.'] : [])])
      await agents.expectLedger(id, key)
    },
  )

  it(
    'stops in the middle of a long command within 15 s of a cancel, and leaves no process behind',
    inTurn,
    async () => {
      await agents.connect(backend)
      const { client } = agents.server
      const mark = `long-command-of-${backend}`
      const { job_id } = await client.createJob({
        vision: script({ bash: `MARK=${mark} sleep 987` }, { text: 'Done.' }),
        backend,
        mode: 'solo',
      })
      await running(mark)
      const began = Date.now()
      await client.cancel(job_id)
      await until('the end', 15_000, async () => (await client.getJob(job_id)).completed_at)
      expect(await client.getJob(job_id)).toMatchObject({ status: 'cancelled' })
      await until('no process', 15_000 - (Date.now() - began), async () =>
        processesNaming(mark).length === 0 ? true : null,
      )
    },
  )

  it.runIf(isWhole)(
    'is killed in the middle of its work, and its next attempt continues from there',
    inTurn,
    async () => {
      await agents.connect(backend)
      const { client } = agents.server
      const mark = `killed-command-of-${backend}`
      const first = {
        attempt: 1,
        steps: [{ write: ['one.txt', '1\n'] as [string, string] }, { bash: `MARK=${mark} sleep 987` }],
      }
      const second = {
        attempt: 2,
        steps: [{ bash: 'cp one.txt two.txt' }, { text: 'It goes on.' }],
      }
      const { job_id } = await client.createJob({
        vision: `Write a file.\n\n${scriptText(first)}\n${scriptText(second)}`,
        backend,
        mode: 'solo',
        checks: ['grep -qx 1 two.txt'],
      })
      await running(mark)
      const [now] = (await client.attempts(job_id)).filter(({ status }) => status === 'running')
      process.kill(pidOf(agents.server.dataDir, `attempt ${now?.id}`), 'SIGKILL')
      expect(await agents.ended(job_id)).toMatchObject({ status: 'completed', proof: 'proven' })
      expect(await client.attempts(job_id)).toMatchObject([{ status: 'failed' }, { status: 'succeeded' }])
      expect(processesNaming(mark)).toEqual([])
    },
  )

  it.runIf(budgetAgents.includes(backend))(
    'stops at most one call past its budget, keeps its work, and continues from it when the budget is raised',
    inTurn,
    async () => {
      const key = await agents.connect(backend)
      const { client } = agents.server
      const tokens = 2.5 * PER_CALL
      const usage = { input: PER_CALL - 100, output: 100 }
      const names = ['a', 'b', 'c', 'd']
      const first = {
        attempt: 1,
        id: key,
        usage,
        steps: names.map((name) => ({ write: [name, `${name}\n`] as [string, string] })),
      }
      const second = {
        attempt: 2,
        usage,
        steps: [{ bash: 'cp b made-of-b' }, { text: 'It goes on.' }],
      }
      const { job_id: id } = await client.createJob({
        vision: `Write some files.\n\n${scriptText(first)}\n${scriptText(second)}`,
        backend,
        mode: 'solo',
        checks: ['grep -qx b made-of-b'],
        budget: { tokens },
      })
      const stopped = await until(
        'the wait',
        SESSION_MS,
        async () => {
          const job = await client.getJob(id)
          return job.wait?.for === 'budget' || job.completed_at !== null ? job : null
        },
        LOOK_MS,
      )
      const book = agents.model.served.filter((call) => call.key === key)
      const costs = book.map((call) => (call.usage === null ? 0 : call.usage.input + call.usage.output))
      const sum = costs.reduce((all, cost) => all + cost, 0)
      expect(sum).toBeGreaterThanOrEqual(tokens)
      expect(sum - (costs.at(-1) ?? 0)).toBeLessThan(tokens)
      expect(stopped).toMatchObject({
        status: 'waiting',
        wait: {
          for: 'budget',
          on: `the budget: ${sum.toLocaleString('en')} of 25,000 tokens are used`,
          until: null,
        },
      })
      await agents.expectLedger(id, key)

      const [attempt] = await client.attempts(id)
      expect(attempt).toMatchObject({ status: 'lost', error: expect.stringContaining('the budget') })
      const done = book.filter((call) => call.script === key).map(({ step }) => names[step])
      const kept = await client.files(id, `refs/slipway/attempts/${attempt?.id}`)
      expect(kept.files.map((file) => file.path)).toEqual(expect.arrayContaining(['a', 'b', ...done]))

      await client.setBudget(id, { tokens: 100 * PER_CALL })
      expect(await agents.ended(id)).toMatchObject({ status: 'completed', proof: 'proven', error: null })
      expect(await client.attempts(id)).toMatchObject([{ status: 'lost' }, { status: 'succeeded' }])
      await agents.expectLedger(id, key)
      expect((await client.budget(id)).used).toEqual((await client.getJob(id)).usage)
    },
  )
})
