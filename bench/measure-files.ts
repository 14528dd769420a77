import { startTestServer } from '../test/helpers/server.ts'
import { load, openDoor } from './door.ts'
import { quantile } from './quantile.ts'
import { ms, type Report } from './report.ts'

const WARM_UP = 20
const ALONE = 200
const TOGETHER = 16
const TOGETHER_COUNT = 640
const ARCHIVES = 20

/** The files of a job's repository, as its page reads them. */
export async function measureFiles(report: Report): Promise<void> {
  const server = await startTestServer()
  const { job_id } = await server.client.createJob({
    vision: 'a calculator for the command line',
    mode: 'solo',
  })
  for await (const event of server.client.follow(job_id, 0)) if (event.type === 'job.completed') break
  const door = openDoor({ ...server, sockets: TOGETHER })
  const file = () => door.get(`/api/jobs/${job_id}/files/README.md`)
  await load({ clients: 1, count: WARM_UP, expect: 200 }, file)
  const alone = await load({ clients: 1, count: ALONE, expect: 200 }, file)
  report.add({
    name: 'a file of a job, one after the other, p50 and p99',
    measured: `${ms(quantile(alone.times, 0.5))} and ${ms(quantile(alone.times, 0.99))}, ${alone.errors} errors`,
    aim: 'reported',
  })
  const together = await load({ clients: TOGETHER, count: TOGETHER_COUNT, expect: 200 }, file)
  report.add({
    name: `files of a job, ${TOGETHER} clients`,
    measured: `${Math.round(together.perSecond)} a second, ${together.errors} errors`,
    aim: 'reported',
  })
  const zips = await load({ clients: 1, count: ARCHIVES, expect: 200 }, () =>
    door.get(`/api/jobs/${job_id}/download`),
  )
  report.add({
    name: 'all files of a job as a zip, p50',
    measured: `${ms(quantile(zips.times, 0.5))}, ${zips.errors} errors`,
    aim: 'reported',
  })
  door.close()
  await server.stop()
}
