import fs from 'node:fs'
import path from 'node:path'
import zlib from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeDir } from '../../../test/helpers/made-dirs.ts'
import { gitIn, makeSource } from '../../../test/helpers/source-repository.ts'
import { storeJob } from '../../../test/helpers/stored-job.ts'
import { openTestApp, type TestApp } from '../../../test/helpers/test-app.ts'

let opened: TestApp
let id: string
let empty: string
let tip: string

beforeAll(async () => {
  opened = await openTestApp()
  const { db, dataDir } = opened.server.engine
  id = await storeJob(db, { title: 'A "counter", of birds!' })
  empty = await storeJob(db)
  const source = makeSource(path.join(makeDir('slipway-files-'), 'source'))
  fs.writeFileSync(path.join(source, 'page.svg'), '<svg onload="alert(1)"/>')
  fs.writeFileSync(Buffer.from(path.join(source, '\u00ff.txt'), 'latin1'), 'bytes')
  gitIn(source, ['add', '.'])
  gitIn(source, ['commit', '-qm', 'three'])
  tip = gitIn(source, ['rev-parse', 'HEAD'])
  const home = path.join(dataDir, 'jobs', id)
  fs.mkdirSync(home, { recursive: true })
  gitIn(home, ['clone', '-q', '--bare', source, 'repo.git'])
  gitIn(path.join(home, 'repo.git'), ['update-ref', 'refs/slipway/attempts/one', 'HEAD'])
})
afterAll(() => opened.close())

async function json(address: string): Promise<[number, Record<string, unknown>]> {
  const response = await opened.ask('GET', `/api/jobs/${id}/${address}`)
  return [response.status, (await response.json()) as Record<string, unknown>]
}

describe('files', () => {
  it('are listed, from the tip unless a commit is named', async () => {
    expect(await json('files')).toMatchObject([200, { commit: tip, truncated: false }])
    const [, { files }] = await json('files?ref=HEAD')
    expect((files as { path: string }[]).map((file) => file.path)).toContain('page.svg')
    expect(await json('files?ref=none')).toMatchObject([404, { error: 'The job has no commit "none".' }])
    expect(await json('files?ref=-x')).toMatchObject([400, { issues: [{ path: 'ref' }] }])
  })

  it('have names that are bytes', async () => {
    expect(await json('files/one.txt')).toMatchObject([200, { path: 'one.txt', content: 'one\n' }])
    expect(await json('files/%6fne.txt')).toMatchObject([200, { content: 'one\n' }])
    expect(await json('files/%ff.txt')).toMatchObject([200, { content: 'bytes' }])
    expect(await json('files/none.txt')).toMatchObject([404, { code: 'file_not_found' }])
    expect(await json('files/..%2f..%2fHEAD')).toMatchObject([400, { code: 'bad_path' }])
    expect(await json('files/%zz')).toMatchObject([400, { code: 'bad_path' }])
  })

  it('are served so that nothing in them runs', async () => {
    const { headers } = await opened.ask('GET', `/api/jobs/${id}/preview/page.svg`)
    expect(headers.get('content-type')).toBe('image/svg+xml')
    expect(headers.get('content-security-policy')).toBe(
      "sandbox; default-src 'none'; style-src 'unsafe-inline'",
    )
  })

  it('are empty for a job without work', async () => {
    const response = await opened.ask('GET', `/api/jobs/${empty}/files`)
    expect([response.status, await response.json()]).toEqual([
      404,
      { code: 'ref_not_found', error: 'The job has no commit "HEAD" yet: its work has not begun.' },
    ])
  })
})

it('a diff is made between two commits', async () => {
  expect(await json(`diff?from=${tip}&to=${tip}`)).toMatchObject([200, { from: tip, diff: '' }])
  expect(await json('diff')).toMatchObject([200, { from: '', diff: expect.stringContaining('+one') }])
  expect(await json('diff?from=none')).toMatchObject([404, { code: 'ref_not_found' }])
})

it('a history is listed, newest first', async () => {
  const [, { commits }] = await json('commits')
  expect((commits as { subject: string }[]).map((commit) => commit.subject)).toEqual(['three', 'two', 'one'])
})

it('an archive is named after its job, and contains every file or fails', async () => {
  const response = await opened.ask('GET', `/api/jobs/${id}/download?format=tar.gz`)
  expect(response.headers.get('content-type')).toBe('application/gzip')
  expect(response.headers.get('content-disposition')).toBe(
    `attachment; filename="a-counter-of-birds-${tip.slice(0, 8)}.tar.gz"`,
  )
  const tar = zlib.gunzipSync(Buffer.from(await response.arrayBuffer()))
  expect(tar.toString('latin1')).toContain('\u00ff.txt')
  expect(await json('download')).toMatchObject([422, { code: 'names_not_for_zip' }])
  expect(await json('download?format=rar')).toMatchObject([400, { issues: [{ path: 'format' }] }])
})

describe('a git client', () => {
  const refs = (service: string): string => `/git/${id}.git/info/refs${service}`
  const lsRefs = '0014command=ls-refs\n0000'
  const type = { 'content-type': 'application/x-git-upload-pack-request' }

  async function pack(
    body: Uint8Array<ArrayBuffer> | string,
    headers: Record<string, string>,
  ): Promise<Response> {
    return opened.app.request(`/git/${id}.git/git-upload-pack`, {
      method: 'POST',
      headers: { host: 'slipway.test', authorization: `Bearer ${opened.server.token}`, ...headers },
      body,
    })
  }

  it('sees the branches, and no internal references of the server', async () => {
    const response = await opened.ask('GET', refs('?service=git-upload-pack'))
    const text = await response.text()
    expect(response.headers.get('content-type')).toBe('application/x-git-upload-pack-advertisement')
    expect(text).toMatch(/^001e# service=git-upload-pack\n0000/)
    expect(text).toContain(`${tip} refs/heads/trunk`)
    expect(text).not.toContain('slipway')
  })

  it('uses the newest protocol, compressed or not', async () => {
    const version = { ...type, 'git-protocol': 'version=2' }
    const plain = await pack(lsRefs, version)
    expect(plain.headers.get('content-type')).toBe('application/x-git-upload-pack-result')
    expect(await plain.text()).toContain(`${tip} refs/heads/trunk`)
    const packed = await pack(new Uint8Array(zlib.gzipSync(lsRefs)), {
      ...version,
      'content-encoding': 'gzip',
    })
    expect(await packed.text()).toContain(`${tip} refs/heads/trunk`)
  })

  it.each<[string, () => Promise<Response>, number, string]>([
    ['what it may not do', () => opened.ask('GET', refs('?service=git-receive-pack')), 403, 'read_only'],
    ['that it is too old', () => opened.ask('GET', refs('')), 400, 'smart_git_only'],
    ['that it cannot push', () => opened.ask('POST', `/git/${id}.git/git-receive-pack`), 403, 'read_only'],
    ['another type', () => pack(lsRefs, { 'content-type': 'text/plain' }), 415, 'unsupported_media_type'],
    [
      'another encoding',
      () => pack(lsRefs, { ...type, 'content-encoding': 'br' }),
      415,
      'unsupported_encoding',
    ],
    [
      'no such place',
      () => opened.ask('GET', `/git/${id}/info/refs?service=git-upload-pack`),
      404,
      'not_found',
    ],
    [
      'no work yet',
      () => opened.ask('GET', `/git/${empty}.git/info/refs?service=git-upload-pack`),
      404,
      'not_found',
    ],
  ])('is refused for %s', async (_, asked, status, code) => {
    const response = await asked()
    expect([response.status, await response.json()]).toMatchObject([status, { code }])
  })
})
