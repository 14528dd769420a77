import { DocumentList } from '../../contract/job.ts'
import { addDocuments, removeDocument, viewDocuments } from '../../engine/people/documents.ts'
import { gone, ok } from '../answers.ts'
import { documentsBody } from '../bodies.ts'
import { endpoint, type Endpoint } from '../endpoint.ts'
import { idOf, JobId } from '../params.ts'
import type { ServerParts } from '../server-parts.ts'

const path = '/api/jobs/{id}/documents'

/** Endpoints of a job's documents. */
export function documentEndpoints({ engine }: ServerParts): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path,
      summary: 'The documents of a job',
      params: { id: JobId },
      answers: { 200: ok(DocumentList, 'The documents.') },
      handle: ({ params: { id } }) => viewDocuments(engine, id),
    }),
    endpoint({
      method: 'post',
      path,
      summary: 'Add documents',
      params: { id: JobId },
      body: documentsBody,
      answers: { 201: ok(DocumentList, 'All documents of the job.') },
      async handle({ params: { id }, body }) {
        await addDocuments(engine, id, body)
        return viewDocuments(engine, id)
      },
    }),
    endpoint({
      method: 'delete',
      path: `${path}/{documentId}`,
      summary: 'Remove a document',
      params: { id: JobId, documentId: idOf('document') },
      answers: gone,
      handle: ({ params: { id, documentId } }) => removeDocument(engine, id, documentId),
    }),
  ]
}
