import { Readable } from 'node:stream'
import { CommitList, DiffView, FileContent, FileTree } from '../../contract/files.ts'
import { archiveJob, viewCommits, viewDiff, viewFile, viewTree } from '../../engine/job/job-files.ts'
import { ok, raw } from '../answers.ts'
import { endpoint, type Endpoint } from '../endpoint.ts'
import { DiffQuery, DownloadQuery, JobId, RefQuery, RepositoryPath } from '../params.ts'
import type { ServerParts } from '../server-parts.ts'
import { showFile } from '../show-file.ts'

const params = { id: JobId }
const fileParams = { id: JobId, path: RepositoryPath }
const bytes = { 200: raw('application/octet-stream', 'The file, inert.') }

/** Endpoints of the files in a job's repository. Generated files are never served as something a browser would run. */
export function fileEndpoints(server: ServerParts): Endpoint[] {
  return [...files(server), ...history(server), download(server)]
}

function files({ engine }: ServerParts): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/api/jobs/{id}/files',
      summary: 'The files of a commit',
      params,
      query: RefQuery,
      answers: { 200: ok(FileTree, 'The files.') },
      handle: ({ params: { id }, query }) => viewTree(engine, id, query.ref),
    }),
    endpoint({
      method: 'get',
      path: '/api/jobs/{id}/files/{path}',
      summary: 'One file',
      params: fileParams,
      query: RefQuery,
      answers: { 200: ok(FileContent, 'The file.') },
      handle: ({ params: { id, path }, query }) => viewFile(engine, id, path, query.ref),
    }),
    endpoint({
      method: 'get',
      path: '/api/jobs/{id}/preview/{path}',
      summary: 'One file, raw and inert: images as what they are, all else as a download',
      params: fileParams,
      query: RefQuery,
      answers: bytes,
      handle: async ({ params: { id, path }, query }) =>
        showFile(await viewFile(engine, id, path, query.ref)),
    }),
  ]
}

function history({ engine }: ServerParts): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/api/jobs/{id}/diff',
      summary: 'The diff between two commits',
      params,
      query: DiffQuery,
      answers: { 200: ok(DiffView, 'The diff.') },
      handle: ({ params: { id }, query }) => viewDiff(engine, id, query),
    }),
    endpoint({
      method: 'get',
      path: '/api/jobs/{id}/commits',
      summary: 'The history of a commit',
      params,
      query: RefQuery,
      answers: { 200: ok(CommitList, 'The commits.') },
      handle: ({ params: { id }, query }) => viewCommits(engine, id, query.ref),
    }),
  ]
}

function download({ engine }: ServerParts): Endpoint {
  return endpoint({
    method: 'get',
    path: '/api/jobs/{id}/download',
    summary: 'The files at the tip of the branch as an archive, whole or refused before its first byte',
    params,
    query: DownloadQuery,
    answers: bytes,
    async handle({ params: { id }, query: { format } }, c) {
      const { name, stream } = await archiveJob(engine, id, format, c.req.raw.signal)
      return new Response(Readable.toWeb(stream) as ReadableStream, {
        headers: {
          'Content-Type': format === 'zip' ? 'application/zip' : 'application/gzip',
          'Content-Disposition': `attachment; filename="${name}"`,
        },
      })
    },
  })
}
