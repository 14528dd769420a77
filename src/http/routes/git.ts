import { pipeline, Readable, Transform } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { z, type OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { PlainText } from '../../contract/plain-text.ts'
import { AppError } from '../../lib/app-error.ts'
import type { HttpDeps } from '../deps.ts'
import { errors } from '../describe.ts'
import { queryOf } from '../params.ts'

const ServiceQuery = z.strictObject({ service: PlainText.max(100).optional() })

/** Routes for read-only access of git clients to a job's repository: `git clone`, `fetch` and `ls-remote`. */
export function gitRoutes(app: OpenAPIHono, deps: HttpDeps): void {
  describe(app)
  app.get('/git/:name/info/refs', async (c) => {
    const { service } = queryOf(c, ServiceQuery)
    if (service === 'git-receive-pack') throw readOnly()
    if (service !== 'git-upload-pack')
      throw new AppError(
        'smart_git_only',
        'Use a git client of this decade: only its smart protocol is spoken.',
      )
    const protocol = protocolOf(c)
    const answer = await deps.git.uploadPack(jobOf(c), { protocol, request: null, signal: c.req.raw.signal })
    const banner = protocol?.includes('version=2') === true ? '' : '001e# service=git-upload-pack\n0000'
    return stream(Readable.from(withBanner(banner, answer)), 'advertisement')
  })
  app.post('/git/:name/git-upload-pack', async (c) => {
    const id = jobOf(c)
    const wanted = 'application/x-git-upload-pack-request'
    if (c.req.header('content-type') !== wanted)
      throw new AppError('unsupported_media_type', `Send ${wanted}, as git clients do.`)
    const request = bodyOf(c, deps.limits.gitRequestBytes)
    const signal = c.req.raw.signal
    return stream(await deps.git.uploadPack(id, { protocol: protocolOf(c), request, signal }), 'result')
  })
  app.post('/git/:name/git-receive-pack', () => {
    throw readOnly()
  })
}

function describe(app: OpenAPIHono): void {
  const params = z.object({ id: z.string() })
  const bytes = (type: string) => ({
    200: { description: 'What git says.', content: { [type]: { schema: z.string() } } },
    ...errors,
  })
  app.openAPIRegistry.registerPath({
    method: 'get',
    path: '/git/{id}.git/info/refs',
    summary: 'The branches of a job, for git clients',
    request: { params, query: ServiceQuery },
    responses: bytes('application/x-git-upload-pack-advertisement'),
  })
  app.openAPIRegistry.registerPath({
    method: 'post',
    path: '/git/{id}.git/git-upload-pack',
    summary: 'The objects of a job, for git clients',
    request: {
      params,
      body: { content: { 'application/x-git-upload-pack-request': { schema: z.string() } } },
    },
    responses: bytes('application/x-git-upload-pack-result'),
  })
}

function readOnly(): AppError {
  return new AppError(
    'read_only',
    'The repository of a job can be cloned, not pushed to: give the clone to a job as its source.',
  )
}

function jobOf(c: Context): string {
  const name = c.req.param('name') ?? ''
  const id = name.endsWith('.git') ? name.slice(0, -4) : ''
  if (z.uuid().safeParse(id).success) return id
  throw new AppError('not_found', 'There is no such repository: its address ends with /git/<job>.git.')
}

/** Returns the protocol version that the client requests; an invalid one is ignored, as git does. */
function protocolOf(c: Context): string | null {
  const said = c.req.header('git-protocol') ?? ''
  return /^[\w=:.-]{1,100}$/.test(said) ? said : null
}

/** Returns the request's body, decompressed and limited. Clients compress their requests. */
function bodyOf(c: Context, limit: number): Readable {
  const { body } = c.req.raw
  if (body === null) return Readable.from([])
  const encoding = c.req.header('content-encoding') ?? 'identity'
  if (encoding !== 'identity' && encoding !== 'gzip' && encoding !== 'x-gzip')
    throw new AppError('unsupported_encoding', 'Send the body as it is, or compressed with gzip.')
  let size = 0
  const bounded = new Transform({
    transform(chunk: Buffer, _, done) {
      size += chunk.byteLength
      if (size > limit) done(new Error(`the request is larger than ${limit} bytes`))
      else done(null, chunk)
    },
  })
  const sent = Readable.fromWeb(body)
  const stages = encoding === 'identity' ? [sent, bounded] : [sent, createGunzip(), bounded]
  // An error in any stage, or a reader that stops early, ends all of them; the reader of the last one gets the error.
  pipeline(stages, () => undefined)
  return bounded
}

async function* withBanner(banner: string, answer: Readable): AsyncGenerator<Buffer> {
  if (banner !== '') yield Buffer.from(banner)
  for await (const chunk of answer) yield Buffer.from(chunk)
}

function stream(answer: Readable, kind: 'advertisement' | 'result'): Response {
  return new Response(Readable.toWeb(answer) as ReadableStream, {
    headers: { 'Content-Type': `application/x-git-upload-pack-${kind}` },
  })
}
