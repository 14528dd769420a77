import { Readable } from 'node:stream'
import { z, type OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { CommitList, DiffView, FileContent, FileTree } from '../../contract/files.ts'
import { AppError } from '../../lib/app-error.ts'
import type { HttpDeps } from '../deps.ts'
import { errors, idParams, ok } from '../describe.ts'
import { imageTypeOf } from '../image-type.ts'
import { DiffQuery, DownloadQuery, idOf, queryOf, RefQuery } from '../params.ts'

/** Routes of the files in a job's repository. Generated files are never served as something a browser would run. */
export function fileRoutes(app: OpenAPIHono, deps: HttpDeps): void {
  describe(app)
  app.get('/api/jobs/:id/files', async (c) =>
    c.json(await deps.files.tree(idOf(c), queryOf(c, RefQuery).ref)),
  )
  app.get('/api/jobs/:id/files/*', async (c) =>
    c.json(await deps.files.read(idOf(c), queryOf(c, RefQuery).ref, rest(c, 'files'))),
  )
  app.get('/api/jobs/:id/preview/*', async (c) => {
    const file = await deps.files.read(idOf(c), queryOf(c, RefQuery).ref, rest(c, 'preview'))
    if (file.truncated)
      throw new AppError('file_too_large', 'The file is too large to be shown: download the repository.')
    const bytes = Buffer.from(file.content, file.encoding === 'base64' ? 'base64' : 'utf8')
    return shown(file.path, bytes, file.encoding === 'utf8' ? 'text/plain; charset=utf-8' : RAW)
  })
  app.get('/api/jobs/:id/diff', async (c) => {
    const { from, to } = queryOf(c, DiffQuery)
    return c.json(await deps.files.diff(idOf(c), from, to))
  })
  app.get('/api/jobs/:id/commits', async (c) =>
    c.json(await deps.files.commits(idOf(c), queryOf(c, RefQuery).ref)),
  )
  app.get('/api/jobs/:id/download', async (c) => {
    const { format } = queryOf(c, DownloadQuery)
    const { name, stream } = await deps.files.archive(idOf(c), format, c.req.raw.signal)
    return new Response(Readable.toWeb(stream) as ReadableStream, {
      headers: {
        'Content-Type': format === 'zip' ? 'application/zip' : 'application/gzip',
        'Content-Disposition': `attachment; filename="${name}"`,
      },
    })
  })
}

const RAW = 'application/octet-stream'

/**
 * Builds a response with a file for a browser: an image with its type, anything else as a download. Either way it runs
 * nothing: an SVG opened directly is in a sandbox without scripts and without a network.
 */
function shown(path: string, bytes: Buffer<ArrayBuffer>, otherwise: string): Response {
  const image = imageTypeOf(path, bytes)
  const name = encodeURIComponent(path.split('/').at(-1) ?? 'file')
  return new Response(bytes, {
    headers: {
      'Content-Type': image ?? otherwise,
      'Content-Disposition': `${image === null ? 'attachment' : 'inline'}; filename*=UTF-8''${name}`,
      'Content-Security-Policy': `sandbox; default-src 'none'${image === 'image/svg+xml' ? "; style-src 'unsafe-inline'" : ''}`,
      'X-Content-Type-Options': 'nosniff',
    },
  })
}

function describe(app: OpenAPIHono): void {
  const file = idParams.extend({ path: z.string() })
  const bytes = {
    description: 'The file, inert.',
    content: { 'application/octet-stream': { schema: z.string() } },
  }
  const get = (path: string, summary: string, rest: object): void =>
    app.openAPIRegistry.registerPath({
      method: 'get',
      path: `/api/jobs/{id}/${path}`,
      summary,
      request: { params: idParams },
      responses: errors,
      ...rest,
    })
  get('files', 'The files of a commit', {
    request: { params: idParams, query: RefQuery },
    responses: { 200: ok(FileTree, 'The files.'), ...errors },
  })
  get('files/{path}', 'One file', {
    request: { params: file, query: RefQuery },
    responses: { 200: ok(FileContent, 'The file.'), ...errors },
  })
  get('preview/{path}', 'One file, raw and inert: images as what they are, all else as a download', {
    request: { params: file, query: RefQuery },
    responses: { 200: bytes, ...errors },
  })
  get('diff', 'What lies between two commits', {
    request: { params: idParams, query: DiffQuery },
    responses: { 200: ok(DiffView, 'The diff.'), ...errors },
  })
  get('commits', 'The history of a commit', {
    request: { params: idParams, query: RefQuery },
    responses: { 200: ok(CommitList, 'The commits.'), ...errors },
  })
  get(
    'download',
    'The files at the tip of the branch as an archive, whole or refused before its first byte',
    {
      request: { params: idParams, query: DownloadQuery },
      responses: { 200: bytes, ...errors },
    },
  )
}

/**
 * Returns the part of the path after `/files/` or `/preview/`, decoded once, as bytes, because a name need not be valid
 * UTF-8.
 */
function rest(c: Context, name: string): Buffer {
  const raw = new URL(c.req.url).pathname
  const marker = `/${name}/`
  const encoded = raw.slice(raw.indexOf(marker) + marker.length)
  if (/%(?![0-9a-f]{2})/i.test(encoded))
    throw new AppError('bad_path', 'The path is not valid: percent-encode its bytes.')
  const bytes = Buffer.from(encoded, 'utf8')
    .toString('latin1')
    .replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1')
}
