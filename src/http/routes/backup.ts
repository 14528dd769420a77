import { BackupRequest, BackupView } from '../../contract/backup.ts'
import { ok } from '../answers.ts'
import { endpoint, type Endpoint } from '../endpoint.ts'
import type { ServerParts } from '../server-parts.ts'

/** Endpoints of the backup. */
export function backupEndpoints({ backups }: ServerParts): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/api/backup',
      summary: 'The running backup, or the last one since the server started',
      answers: { 200: ok(BackupView, 'How far it is.') },
      handle: () => backups.view(),
    }),
    endpoint({
      method: 'post',
      path: '/api/backup',
      summary: 'Copy everything into a new directory on the machine of the server, while it works',
      body: BackupRequest,
      answers: { 202: ok(BackupView, 'Started; GET /api/backup shows the progress.') },
      handle: ({ body }) => backups.begin(body),
    }),
  ]
}
