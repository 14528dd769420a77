import type { DocumentList } from '../../contract/job.ts'
import { AppError } from '../../lib/app-error.ts'
import { newId } from '../../lib/ids.ts'
import { deleteDocument, insertDocument, listDocuments, type NewDocument } from '../../store/documents.ts'
import type { Engine } from '../engine.ts'
import { existingJob } from '../existing-job.ts'
import { personAct } from '../job-transactions.ts'

/** Returns the documents of a job. */
export async function viewDocuments(engine: Pick<Engine, 'db'>, jobId: string): Promise<DocumentList> {
  await existingJob(engine, jobId)
  return { documents: await listDocuments(engine.db.reader, jobId) }
}

/** Adds documents to a job; attempts that begin afterwards see them. Throws `AppError` when there would be too many. */
export async function addDocuments(
  engine: Engine,
  jobId: string,
  documents: readonly Omit<NewDocument, 'id'>[],
): Promise<void> {
  await personAct(engine.db, jobId, async ({ trx, append }) => {
    const { length } = await listDocuments(trx, jobId)
    const { documents: most } = engine.limits
    if (length + documents.length > most)
      throw new AppError(
        'too_many_documents',
        `A job takes ${most} documents and this one has ${length}: remove some first.`,
      )
    for (const document of documents) await insertDocument(trx, jobId, { id: newId(), ...document })
    await append(
      documents.map(({ name }) => ({
        type: 'document.added',
        actor: 'person',
        message: `Document: ${name}`,
      })),
    )
  })
}

/** Removes a document of a job. Throws `AppError` 404 when the job has no such document. */
export async function removeDocument(engine: Engine, jobId: string, id: string): Promise<void> {
  await personAct(engine.db, jobId, async ({ trx, append }) => {
    if (!(await deleteDocument(trx, jobId, id)))
      throw new AppError('not_found', `The job has no document ${id}.`)
    await append([{ type: 'document.removed', actor: 'person', message: 'A document was removed.' }])
  })
}
