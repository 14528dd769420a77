import { z, type OpenAPIHono } from '@hono/zod-openapi'
import { DocumentList } from '../../contract/job.ts'
import { AppError } from '../../lib/app-error.ts'
import type { HttpDeps } from '../deps.ts'
import { errors, idParams, ok } from '../describe.ts'
import { idOf } from '../params.ts'
import { readForm } from '../read-body.ts'

/** Routes of a job's documents: upload as multipart, list, remove. */
export function documentRoutes(app: OpenAPIHono, deps: HttpDeps): void {
  const path = '/api/jobs/{id}/documents'
  app.openAPIRegistry.registerPath({
    method: 'get',
    path,
    summary: 'The documents of a job',
    request: { params: idParams },
    responses: { 200: ok(DocumentList, 'The documents.'), ...errors },
  })
  app.get('/api/jobs/:id/documents', async (c) => c.json(await deps.documents.list(idOf(c))))

  app.openAPIRegistry.registerPath({
    method: 'post',
    path,
    summary: 'Add documents',
    request: {
      params: idParams,
      body: { content: { 'multipart/form-data': { schema: z.object({ documents: z.any() }) } } },
    },
    responses: { 201: ok(DocumentList, 'All documents of the job.'), ...errors },
  })
  app.post('/api/jobs/:id/documents', async (c) => {
    const id = idOf(c)
    if (!(c.req.header('content-type') ?? '').toLowerCase().startsWith('multipart/form-data'))
      throw new AppError('unsupported_media_type', 'Send documents as multipart/form-data.')
    const { documents } = await readForm(c, deps.limits)
    if (documents.length === 0)
      throw new AppError('no_documents', 'No document was sent: put files into the field "documents".')
    return c.json(await deps.documents.add(id, documents), 201)
  })

  app.openAPIRegistry.registerPath({
    method: 'delete',
    path: `${path}/{documentId}`,
    summary: 'Remove a document',
    request: { params: idParams.extend({ documentId: z.string() }) },
    responses: { 204: { description: 'It is gone.' }, ...errors },
  })
  app.delete('/api/jobs/:id/documents/:documentId', async (c) => {
    await deps.documents.remove(idOf(c), idOf(c, 'documentId'))
    return c.body(null, 204)
  })
}
