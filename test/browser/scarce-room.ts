import fs from 'node:fs'
import path from 'node:path'
import type { TestServer } from '../helpers/server.ts'

/** For a server with a retention: it removes jobs so rarely that there is time for a picture. */
export const slowRetention = { SLIPWAY_RETENTION_SECONDS: '86400' }

/** How much jobs may hold, and how much is put into one of them. */
const limit = { gigabytes: 0.02, bytes: 30_000_000 }

/** Archives a job, and lets another one that has ended hold more than all jobs may. */
export async function makeRoomScarce(
  { client, dataDir }: TestServer,
  jobs: { readonly done: string; readonly archived: string },
): Promise<void> {
  fs.writeFileSync(path.join(dataDir, 'jobs', jobs.done, 'result', 'large'), Buffer.alloc(limit.bytes, 1))
  await client.archiveJob(jobs.archived, true)
  await client.putSettings({
    ...(await client.settings()),
    retention: { days: 30, gigabytes: limit.gigabytes },
  })
}
