import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runSlipway, type Ended } from '../helpers/run-slipway.ts'
import { endOf } from '../helpers/follow-job.ts'
import { seededRandom } from '../helpers/random.ts'
import { startTestServer, type TestServer } from '../helpers/server.ts'
import { letPass, until } from '../helpers/until.ts'

/** Jobs that have ended are deleted as a whole, whatever is killed meanwhile. */
let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

const slipway = (...words: string[]): Promise<Ended> => runSlipway(...words, '--data-dir', server.dataDir)
async function done(): Promise<string> {
  const { job_id } = await server.client.createJob({ vision: 'a counter', mode: 'solo' })
  expect((await endOf(server, job_id)).status).toBe('completed')
  return job_id
}

const filesOf = (id: string): string => path.join(server.dataDir, 'jobs', id)
const isGone = (id: string): Promise<boolean> =>
  server.client.getJob(id).then(
    () => false,
    (error: unknown) => (error as { status?: number }).status === 404,
  )

it('a job is deleted with its files, its history and its place in every list; others stay', async () => {
  const [one, other] = [await done(), await done()]
  const used = (await server.client.stats()).usage.input_tokens
  const asked = await slipway('delete', one.slice(0, 18))
  expect(asked).toMatchObject({ code: 0, stdout: expect.stringContaining('Nothing was deleted: add --yes') })
  expect(asked.stdout).toContain(path.join('jobs', one))
  expect(await isGone(one)).toBe(false)
  expect(await slipway('delete', one, '--yes')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('Deleted'),
  })
  expect(await isGone(one)).toBe(true)
  expect(fs.existsSync(filesOf(one))).toBe(false)
  expect((await server.client.listJobs()).jobs.map(({ id }) => id)).toEqual([other])
  await expect(server.client.events(one, 0)).rejects.toMatchObject({ status: 404 })
  await expect(server.client.deleteJob(one)).rejects.toMatchObject({ status: 404 })
  expect((await server.client.stats()).usage.input_tokens).toBeLessThanOrEqual(used)
  expect(fs.existsSync(filesOf(other))).toBe(true)
})

it('an unfinished job is refused, and then none of several is deleted', async () => {
  const { job_id } = await server.client.createJob({ vision: 'a counter [[demo:hang]]', mode: 'solo' })
  await expect(server.client.deleteJob(job_id)).rejects.toMatchObject({ status: 409, code: 'job_not_ended' })
  const ended = await done()
  expect(await slipway('delete', ended, job_id, '--yes')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('slipway cancel'),
  })
  expect(await isGone(ended)).toBe(false)
  await server.client.cancel(job_id)
  await endOf(server, job_id)
  await server.client.deleteJob(job_id)
  expect(await isGone(job_id)).toBe(true)
})

it('a server that is killed during a deletion leaves the whole job, or nothing of it', async () => {
  const { random, seed } = seededRandom()
  const ids: string[] = []
  for (let n = 0; n < 6; n += 1) ids.push(await done())
  for (const id of ids) {
    const deleting = server.client.deleteJob(id).catch(() => undefined)
    await letPass(random() * 12)
    await server.crash()
    await deleting
    server = await startTestServer({ dataDir: server.dataDir })
    const gone = await isGone(id)
    expect(fs.existsSync(filesOf(id)), `seed ${seed}`).toBe(!gone)
    if (!gone) await server.client.deleteJob(id)
    const listed = (await server.client.listJobs()).jobs.map((job) => job.id)
    expect(listed, `seed ${seed}`).not.toContain(id)
  }
  const trash = path.join(server.dataDir, 'trash')
  await until('an empty trash', 20_000, () =>
    Promise.resolve(fs.existsSync(trash) && fs.readdirSync(trash).length > 0 ? null : true),
  )
})
