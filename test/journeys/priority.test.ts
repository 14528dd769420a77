import { afterAll, beforeAll, expect, it } from 'vitest'
import { endOf, eventsOf } from '../helpers/follow-job.ts'
import { runSlipway } from '../helpers/run-slipway.ts'
import { startTestServer, type TestServer } from '../helpers/server.ts'
import { until } from '../helpers/until.ts'

/** The order of jobs when there is one slot. */
let server: TestServer

beforeAll(async () => {
  server = await startTestServer({ env: { SLIPWAY_WORKERS: '1' } })
})
afterAll(() => server.stop())

it('a job of high priority overtakes older ones, and one of low priority is overtaken by all', async () => {
  const blocker = await server.client.createJob({ vision: 'a counter [[demo:hang]]', mode: 'solo' })
  await until('the slot to be taken', 60_000, async () =>
    (await server.client.getJob(blocker.job_id)).status === 'running' ? true : null,
  )
  const make = async (priority?: 'low' | 'high'): Promise<string> => {
    const job = {
      vision: 'a counter',
      mode: 'solo' as const,
      ...(priority === undefined ? {} : { priority }),
    }
    return (await server.client.createJob(job)).job_id
  }
  const names = new Map([
    [await make('low'), 'low'],
    [await make(), 'raised later'],
    [await make(), 'normal'],
    [await make('high'), 'high'],
  ])
  const idOf = (name: string): string => [...names].find(([, each]) => each === name)?.[0] ?? ''
  const raised = await runSlipway(
    'priority',
    idOf('raised later').slice(0, 18),
    'high',
    '--data-dir',
    server.dataDir,
  )
  expect(raised).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('The priority of the job is high now.'),
  })
  await server.client.cancel(blocker.job_id)
  const ended = await Promise.all([...names.keys()].map((id) => endOf(server, id)))
  expect(ended.map(({ status }) => status)).toEqual(['completed', 'completed', 'completed', 'completed'])
  const order = ended
    .toSorted((one, other) => (one.completed_at ?? '').localeCompare(other.completed_at ?? ''))
    .map(({ id }) => names.get(id))
  expect(order).toEqual(['raised later', 'high', 'normal', 'low'])
  expect(await eventsOf(server, idOf('raised later'), 'job.priority')).toMatchObject([
    { actor: 'person', message: 'A person set the priority to high.', data: { priority: 'high' } },
  ])
  const over = server.client.setPriority(idOf('low'), 'high')
  await expect(over).rejects.toMatchObject({ status: 409, code: 'job_ended' })
})
