import { OpenAPIHono } from '@hono/zod-openapi'
import { describe, expect, it } from 'vitest'
import { smallLimits } from '../../test/helpers/small-limits.ts'
import { openLog } from '../lib/log.ts'
import { documentsBody } from './bodies.ts'
import { errorHandler } from './errors.ts'
import { readForm, readJson, readOptionalJson } from './read-body.ts'

/** The frame of a form takes room too. */
const formLimits = { ...smallLimits, bodyBytes: 2000 }

const app = new OpenAPIHono()
app.onError(errorHandler(openLog('silent')))
app.post('/json', async (c) => c.json({ read: await readJson(c, 100) }))
app.post('/optional', async (c) => c.json({ read: await readOptionalJson(c, 100) }))
app.post('/form', async (c) => {
  const { fields, documents } = await readForm(c, formLimits)
  return c.json({
    fields,
    documents: documents.map(({ name, mediaType, content }) => [name, mediaType, content.length]),
  })
})
app.post('/documents', async (c) => c.json((await documentsBody.read(c, formLimits)).length))

async function post(path: string, init: RequestInit): Promise<[number, Record<string, unknown>]> {
  const response = await app.request(path, { method: 'POST', ...init })
  return [response.status, (await response.json()) as Record<string, unknown>]
}

const json = { 'content-type': 'application/json' }

describe('JSON', () => {
  it.each(['application/json', 'Application/JSON; charset=utf-8'])(
    'is read when it is sent as %s',
    async (type) => {
      const sent = { headers: { 'content-type': type }, body: '{"a":"ä"}' }
      expect(await post('/json', sent)).toEqual([200, { read: { a: 'ä' } }])
    },
  )

  it('is refused when it is sent as another type, or without one', async () => {
    expect(await post('/json', { headers: { 'content-type': 'text/plain' }, body: '{}' })).toEqual([
      415,
      { code: 'unsupported_media_type', error: 'Send application/json, not text/plain.' },
    ])
    expect(await post('/json', {})).toEqual([
      415,
      {
        code: 'unsupported_media_type',
        error: 'Send application/json, not a body without content type.',
      },
    ])
  })

  it('is refused when it is too large, by its declared or its actual size', async () => {
    const sentence = 'The body is larger than 100 bytes: shorten it, or attach documents.'
    const said = { headers: { ...json, 'content-length': '101' }, body: '{}' }
    expect(await post('/json', said)).toEqual([413, { code: 'too_large', error: sentence }])
    expect(await post('/json', { headers: json, body: `"${'x'.repeat(98)}"` })).toEqual([
      200,
      { read: 'x'.repeat(98) },
    ])
    expect((await post('/json', { headers: json, body: `"${'x'.repeat(99)}"` }))[0]).toBe(413)
  })

  it('is not read to its end when it never ends', async () => {
    let chunks = 0
    const endless = new ReadableStream({
      pull(controller) {
        chunks += 1
        controller.enqueue(new Uint8Array(50).fill(0x20))
      },
    })
    expect((await post('/json', { headers: json, body: endless, duplex: 'half' } as RequestInit))[0]).toBe(
      413,
    )
    expect(chunks).toBeLessThan(10)
  })

  it('is refused when it is not UTF-8 or not JSON', async () => {
    const bytes = new Uint8Array([0x22, 0xff, 0x22])
    expect(await post('/json', { headers: json, body: bytes })).toEqual([
      400,
      { code: 'bad_encoding', error: 'The body is not valid UTF-8: send UTF-8 text.' },
    ])
    const [status, { code, error }] = await post('/json', { headers: json, body: '{"a":' })
    expect([status, code]).toEqual([400, 'bad_json'])
    expect(error).toMatch(/^The body is not valid JSON: .+\.$/)
  })

  it('is optional where declared so, but not ignored when it is sent', async () => {
    expect(await post('/optional', {})).toEqual([200, { read: {} }])
    expect(await post('/optional', { headers: { 'content-length': '0' } })).toEqual([200, { read: {} }])
    expect(await post('/optional', { headers: json, body: '{"a":1}' })).toEqual([200, { read: { a: 1 } }])
    expect((await post('/optional', { headers: json, body: '' }))[0]).toBe(400)
    expect((await post('/optional', { body: '{"a":1}' }))[0]).toBe(415)
  })
})

function form(fields: readonly (readonly [string, string | File])[]): FormData {
  const made = new FormData()
  for (const [name, value] of fields) made.append(name, value)
  return made
}

const document = (name: string, size = 1): [string, File] => [
  'documents',
  new File([new Uint8Array(size)], name, { type: 'text/plain' }),
]

describe('a form', () => {
  it('contains texts, lists and JSON like the fields of a job, and documents', async () => {
    const body = form([
      ['vision', '12'],
      ['parallelism', '2'],
      ['checks', 'npm test'],
      ['checks', 'npm run lint'],
      ['setup', '["npm ci"]'],
      ['colour', 'red'],
      document('a.txt', 3),
    ])
    expect(await post('/form', { body })).toEqual([
      200,
      {
        fields: {
          vision: '12',
          parallelism: 2,
          checks: ['npm test', 'npm run lint'],
          setup: ['npm ci'],
          colour: 'red',
        },
        documents: [['a.txt', 'text/plain', 3]],
      },
    ])
  })

  it.each<[string, readonly [string, string | File][], number, string]>([
    ['JSON in a field that is none', [['budget', '{']], 400, 'bad_json'],
    ['a file in another field', [['vision', document('a.txt')[1]]], 400, 'invalid_request'],
    ['too many documents', [document('a'), document('b'), document('c')], 400, 'too_many_documents'],
    ['a document that is too large', [document('a', 101)], 413, 'document_too_large'],
    ['a document with a path for a name', [document('../a')], 400, 'bad_document_name'],
    ['a document with a name of spaces', [document('  ')], 400, 'bad_document_name'],
    ['a document with a long name', [document('x'.repeat(256))], 400, 'bad_document_name'],
    ['more than fits into all its limits', [['vision', 'x'.repeat(2201)]], 413, 'too_large'],
  ])('is refused for %s', async (_, fields, status, code) => {
    const [found, answer] = await post('/form', { body: form(fields) })
    expect([found, answer['code']]).toEqual([status, code])
  })

  it('is refused when it cannot be read', async () => {
    const headers = { 'content-type': 'multipart/form-data; boundary=x' }
    expect((await post('/form', { headers, body: 'no form' }))[1]).toMatchObject({ code: 'bad_form' })
  })

  it('of documents has at least one', async () => {
    expect(await post('/documents', { body: form([document('a')]) })).toEqual([200, 1])
    expect((await post('/documents', { body: form([['documents', 'a text']]) }))[1]).toMatchObject({
      code: 'no_documents',
    })
    expect((await post('/documents', { headers: json, body: '{}' }))[1]).toMatchObject({
      code: 'unsupported_media_type',
    })
  })
})
