import { BackupView, type BackupRequest } from '../contract/backup.ts'
import { JobView } from '../contract/job.ts'
import { CollectView, StorageView } from '../contract/storage.ts'
import { requestJson, requestNothing, type Endpoint } from './request.ts'

/** API calls for what grows old: backups, the room on the disk, archived and deleted jobs. */
export interface StorageCalls {
  /** Returns the running backup, or the last one since the server started. */
  backup(): Promise<BackupView>
  /** Starts a backup into a directory on the machine of the server; `backup` returns its progress. */
  backUp(request: BackupRequest): Promise<BackupView>
  /** Returns the disk space of each job, the next removals and the latest ones. */
  storage(): Promise<StorageView>
  /** Applies the retention of the settings now. */
  collect(): Promise<CollectView>
  /** Takes a job that has ended out of the lists, or with false puts it back. */
  archiveJob(id: string, archived: boolean): Promise<JobView>
  /** Deletes a job that has ended, with its repository, its result and its history. */
  deleteJob(id: string): Promise<void>
}

export function storageCalls(endpoint: Endpoint): StorageCalls {
  const job = (id: string): string => `/api/jobs/${encodeURIComponent(id)}`
  return {
    backup: () => requestJson(endpoint, '/api/backup', BackupView),
    backUp: (request) => requestJson(endpoint, '/api/backup', BackupView, { method: 'POST', json: request }),
    storage: () => requestJson(endpoint, '/api/storage', StorageView),
    collect: () => requestJson(endpoint, '/api/storage/collect', CollectView, { method: 'POST' }),
    archiveJob: (id, archived) =>
      requestJson(endpoint, `${job(id)}/archive`, JobView, { method: archived ? 'POST' : 'DELETE' }),
    deleteJob: (id) => requestNothing(endpoint, job(id), { method: 'DELETE' }),
  }
}
