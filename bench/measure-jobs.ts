import { startTestServer } from '../test/helpers/server.ts'
import { until } from '../test/helpers/until.ts'
import { treePss } from './memory.ts'
import { median } from './quantile.ts'
import { ms, type Report } from './report.ts'

const ROUNDS = 3
const WAIT_MS = 120_000

/** Whole jobs, from the request to the proven end. */
export async function measureJobs(report: Report): Promise<void> {
  const server = await startTestServer()
  for (const [name, mode, aim] of [
    ['a calculator by one agent', 'solo', 'reported'],
    ['a calculator by a team', 'team', '< 20 s'],
  ] as const) {
    const times: number[] = []
    let unproven = 0
    for (let round = 0; round < ROUNDS; round += 1) {
      const begun = performance.now()
      const { job_id } = await server.client.createJob({ vision: 'a calculator for the command line', mode })
      await atEnd(server.client.follow(job_id, 0))
      times.push(performance.now() - begun)
      if ((await server.client.getJob(job_id)).proof !== 'proven') unproven += 1
    }
    report.add({
      name: `${name}, request to completed, median of ${ROUNDS}`,
      measured: `${ms(median(times))}, ${unproven} not proven`,
      aim,
    })
  }
  await until('quiet', WAIT_MS, async () => ((await server.client.stats()).slots.busy === 0 ? true : null))
  report.add({
    name: `memory of the process tree after ${ROUNDS * 2} jobs (PSS)`,
    measured: `${Math.round(treePss(server.pid))} MB`,
    aim: 'reported',
  })
  await server.stop()
}

async function atEnd(events: AsyncIterable<{ type: string }>): Promise<void> {
  for await (const event of events) {
    if (['job.completed', 'job.failed', 'job.cancelled'].includes(event.type)) return
  }
}
