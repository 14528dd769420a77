import { pipeline, Readable, Transform } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { z, type OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { PlainText } from '../../contract/plain-text.ts'
import { uploadPack } from '../../engine/job/job-files.ts'
import { AppError } from '../../lib/app-error.ts'
import { raw } from '../answers.ts'
import type { BodyReader } from '../bodies.ts'
import { endpoint, type Endpoint } from '../endpoint.ts'
import { isId, textThat } from '../params.ts'
import type { ServerParts } from '../server-parts.ts'

/** The name of a job's repository, parsed as the id of the job. */
const JobRepository = textThat(
  (text) => text.endsWith('.git') && isId(text.slice(0, -4)),
  () => new AppError('not_found', 'There is no such repository: its address ends with /git/<job>.git.'),
).transform((text) => text.slice(0, -4))

const Service = PlainText.max(100).optional()

/** Endpoints for read-only access of git clients to a job's repository: `git clone`, `fetch` and `ls-remote`. */
export function gitEndpoints({ engine }: ServerParts): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/git/{id}.git/info/refs',
      summary: 'The branches of a job, for git clients',
      params: { id: JobRepository },
      query: z.strictObject({ service: Service }),
      answers: { 200: raw('application/x-git-upload-pack-advertisement', 'The response of git.') },
      async handle({ params: { id }, query }, c) {
        refuseOthers(query.service)
        const protocol = protocolOf(c)
        const answer = await uploadPack(engine, id, { protocol, request: null, signal: c.req.raw.signal })
        return stream(Readable.from(withBanner(protocol, answer)), 'advertisement')
      },
    }),
    endpoint({
      method: 'post',
      path: '/git/{id}.git/git-upload-pack',
      summary: 'The objects of a job, for git clients',
      params: { id: JobRepository },
      body: packRequest,
      answers: { 200: raw('application/x-git-upload-pack-result', 'The response of git.') },
      async handle({ params: { id }, body: request }, c) {
        const upload = { protocol: protocolOf(c), request, signal: c.req.raw.signal }
        return stream(await uploadPack(engine, id, upload), 'result')
      },
    }),
  ]
}

/** Refuses what clients send when they push; it is no endpoint of the API. */
export function refusePushes(app: OpenAPIHono): void {
  app.post('/git/:name/git-receive-pack', () => {
    throw readOnly()
  })
}

function readOnly(): AppError {
  return new AppError(
    'read_only',
    'The repository of a job can be cloned, not pushed to: give the clone to a job as its source.',
  )
}

function refuseOthers(service: string | undefined): void {
  if (service === 'git-receive-pack') throw readOnly()
  if (service !== 'git-upload-pack')
    throw new AppError(
      'smart_git_only',
      'Use a git client of this decade: only its smart protocol is spoken.',
    )
}

/** Returns the protocol version that the client requests; an invalid one is ignored, as git does. */
function protocolOf(c: Context): string | null {
  const version = c.req.header('git-protocol') ?? ''
  return /^[\w=:.-]{1,100}$/.test(version) ? version : null
}

const PACK_REQUEST = 'application/x-git-upload-pack-request'

/** Reads the request of a client as a stream, decompressed and limited. Clients compress their requests. */
const packRequest: BodyReader<Readable> = {
  content: { [PACK_REQUEST]: { schema: z.string() } },
  async read(c, { gitRequestBytes: limit }) {
    if (c.req.header('content-type') !== PACK_REQUEST)
      throw new AppError('unsupported_media_type', `Send ${PACK_REQUEST}, as git clients do.`)
    const { body } = c.req.raw
    if (body === null) return Readable.from([])
    const encoding = c.req.header('content-encoding') ?? 'identity'
    if (encoding !== 'identity' && encoding !== 'gzip' && encoding !== 'x-gzip')
      throw new AppError('unsupported_encoding', 'Send the body uncompressed, or compressed with gzip.')
    const sent = Readable.fromWeb(body)
    const bounded = boundedBy(limit)
    const stages = encoding === 'identity' ? [sent, bounded] : [sent, createGunzip(), bounded]
    // An error in any stage, or a reader that stops early, ends all of them; the reader of the last one gets the error.
    pipeline(stages, () => undefined)
    return bounded
  },
}

/** Returns a stage that passes at most `limit` bytes on, and fails at more. */
function boundedBy(limit: number): Transform {
  let size = 0
  return new Transform({
    transform(chunk: Buffer, _, done) {
      size += chunk.byteLength
      if (size > limit) done(new Error(`the request is larger than ${limit} bytes`))
      else done(null, chunk)
    },
  })
}

/** Yields git's answer, after the banner that clients of all but the newest protocol expect. */
async function* withBanner(protocol: string | null, answer: Readable): AsyncGenerator<Buffer> {
  if (protocol?.includes('version=2') !== true) yield Buffer.from('001e# service=git-upload-pack\n0000')
  for await (const chunk of answer) yield Buffer.from(chunk)
}

function stream(answer: Readable, kind: 'advertisement' | 'result'): Response {
  return new Response(Readable.toWeb(answer) as ReadableStream, {
    headers: { 'Content-Type': `application/x-git-upload-pack-${kind}` },
  })
}
