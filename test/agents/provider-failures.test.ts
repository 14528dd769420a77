import { expect, it } from 'vitest'
import { failureAgents, lastingFailures, passingFailures } from '../helpers/agents-under-test.ts'
import { scriptText, type Step } from '../helpers/scripted-model/script.ts'
import { until } from '../helpers/until.ts'
import { LOOK_MS, SESSION_MS, useAgents } from '../helpers/use-agents.ts'

/** What a provider does wrong, met by real coding agents: each makes something else of it, the job never does. */
const agents = useAgents({ SLIPWAY_MODEL_SILENCE_SECONDS: '2', SLIPWAY_MODEL_PATIENCE_SECONDS: '1' })

/** The message to people for each failure that is not a status. */
const named: Readonly<Record<string, string>> = {
  hang: 'it said nothing for 2 s',
  cut: 'its answer ended in the middle',
  malformed: 'not JSON',
}

it.concurrent.each(failureAgents)(
  '%s gets another provider failure in each attempt: all are reported, none counts, and the job completes with the earlier work',
  async (backend) => {
    const { client } = agents.server
    await agents.connect(backend)
    const failures = [...lastingFailures, ...passingFailures]
    // What succeeds before each failure ends the pause after the one before, which would else be longer and longer.
    const before = (fail: string | number): Step => ({ write: [`before-${fail}.txt`, 'made\n'] })
    const attempts: Step[][] = [
      ...failures.map((fail) => [before(fail), { fail }]),
      [{ text: 'It is made.' }],
    ]
    const scripts = attempts.map((steps, index) => scriptText({ attempt: index + 1, steps }))
    const { job_id: id } = await client.createJob({
      vision: `Make some files.\n\n${scripts.join('\n')}`,
      backend,
      mode: 'solo',
      checks: failures.map((fail) => `test -f before-${fail}.txt`),
    })
    for (const fail of lastingFailures) {
      const wait = await until(
        `the wait for a person after ${fail}`,
        SESSION_MS,
        async () => {
          const job = await client.getJob(id)
          return job.wait?.for === 'backend' && job.wait.on.includes(`it answered ${fail}`) ? job.wait : null
        },
        LOOK_MS,
      )
      expect(wait).toMatchObject({
        on: expect.stringContaining(`the provider "for-${backend}"`),
        until: null,
      })
      await agents.connect(backend)
    }
    const job = await agents.ended(id)
    const events = await client.pastEvents(id, { limit: 400 })
    const told = events
      .map(
        ({ actor, type, message, data }) =>
          `${actor} ${type}: ${message} ${JSON.stringify(data['call'] ?? '')}`,
      )
      .join('\n')
    expect(job, told).toMatchObject({ status: 'completed', proof: 'proven' })
    const held = events.filter(({ type }) => type === 'attempt.held').map(({ data }) => data['held'])
    expect(held, told).toEqual(
      failures.map((fail) => {
        const on = expect.stringContaining(named[fail] ?? `it answered ${fail}`)
        return expect.objectContaining({ provider: `for-${backend}`, on })
      }),
    )
    const ends = (await client.attempts(id)).map(({ status }) => status)
    expect(ends).toEqual([...failures.map(() => 'lost'), 'succeeded'])
  },
)
