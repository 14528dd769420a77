import { markDownloaded } from '../../store/server/retention.ts'
import type { Engine } from '../engine.ts'
import { serverAct } from '../job-transactions.ts'

/** Records the first download of a job's files, and how it was made; only the first time counts. */
export async function recordDownload(
  { db }: Pick<Engine, 'db'>,
  id: string,
  how: 'archive' | 'clone',
): Promise<void> {
  await serverAct(db, id, async ({ trx, append }) => {
    if (!(await markDownloaded(trx, id))) return
    const message = how === 'clone' ? 'The repository was cloned.' : 'The files were downloaded.'
    await append([{ type: 'job.taken', actor: 'person', message, data: { how } }])
  })
}
