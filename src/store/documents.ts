import type { DocumentView } from '../contract/job.ts'
import { clock } from '../lib/clock.ts'
import { toIso } from './database/columns.ts'
import type { JobTrx, Reader } from './database/database.ts'

/** A file that a person added to a job; agents find it under `.slipway/documents/`. */
export interface NewDocument {
  readonly id: string
  readonly name: string
  readonly mediaType: string
  readonly content: Uint8Array
}

export async function insertDocument(
  trx: JobTrx,
  jobId: string,
  document: NewDocument,
): Promise<DocumentView> {
  const described = {
    id: document.id,
    name: document.name,
    size: document.content.byteLength,
    media_type: document.mediaType,
  }
  const createdAt = clock.now()
  await trx
    .insertInto('documents')
    .values({ ...described, job_id: jobId, content: Buffer.from(document.content), created_at: createdAt })
    .execute()
  return { ...described, created_at: toIso(createdAt) }
}

export async function listDocuments(db: Reader, jobId: string): Promise<DocumentView[]> {
  const rows = await db
    .selectFrom('documents')
    .select(['id', 'name', 'size', 'media_type', 'created_at'])
    .where('job_id', '=', jobId)
    .orderBy('created_at')
    .orderBy('id')
    .execute()
  return rows.map((row) => ({ ...row, created_at: toIso(row.created_at) }))
}

/** Returns the documents with their contents, for the workspace of an attempt. */
export function readDocuments(db: Reader, jobId: string): Promise<{ name: string; content: Uint8Array }[]> {
  return db
    .selectFrom('documents')
    .select(['name', 'content'])
    .where('job_id', '=', jobId)
    .orderBy('created_at')
    .orderBy('id')
    .execute()
}

/** Returns false when there was no such document. */
export async function deleteDocument(trx: JobTrx, jobId: string, id: string): Promise<boolean> {
  const { numDeletedRows } = await trx
    .deleteFrom('documents')
    .where('job_id', '=', jobId)
    .where('id', '=', id)
    .executeTakeFirst()
  return numDeletedRows === 1n
}
