import { sql } from 'kysely'
import type { DocumentView } from '../contract/job.ts'
import { isoTime } from '../lib/clock.ts'
import type { JobTrx, Reader } from './database.ts'

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
  const createdAt = new Date()
  await sql`
    insert into documents (id, job_id, name, size, media_type, content, created_at)
    values (${document.id}, ${jobId}, ${document.name}, ${document.content.byteLength}, ${document.mediaType}, ${Buffer.from(document.content)}, ${createdAt})`.execute(
    trx,
  )
  return {
    id: document.id,
    name: document.name,
    size: document.content.byteLength,
    media_type: document.mediaType,
    created_at: isoTime(createdAt),
  }
}

export async function listDocuments(db: Reader, jobId: string): Promise<DocumentView[]> {
  const { rows } = await sql<Omit<DocumentView, 'created_at'> & { created_at: Date }>`
    select id, name, size, media_type, created_at from documents where job_id = ${jobId} order by created_at, id`.execute(
    db,
  )
  return rows.map((row) => ({ ...row, created_at: isoTime(row.created_at) }))
}

/** Returns the documents with their contents, for the workspace of an attempt. */
export async function readDocuments(
  db: Reader,
  jobId: string,
): Promise<{ name: string; content: Uint8Array }[]> {
  const { rows } = await sql<{ name: string; content: Uint8Array }>`
    select name, content from documents where job_id = ${jobId} order by created_at, id`.execute(db)
  return rows
}

/** Returns false when there was no such document. */
export async function deleteDocument(trx: JobTrx, jobId: string, id: string): Promise<boolean> {
  const result = await sql`delete from documents where job_id = ${jobId} and id = ${id}`.execute(trx)
  return result.numAffectedRows === 1n
}
