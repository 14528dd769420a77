import { execFile } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeDataDir, startTestServer, type TestServer } from '../helpers/server.ts'
import { until } from '../helpers/until.ts'

/** The repository of a job, as any git client sees it. */
const run = promisify(execFile)
const scratch = makeDataDir()
let server: TestServer
let id: string

beforeAll(async () => {
  server = await startTestServer()
  id = (await server.client.createJob({ vision: 'a counter', mode: 'solo' })).job_id
  await until('the end of the job', 90_000, async () => (await server.client.getJob(id)).completed_at)
})
afterAll(async () => {
  await server.stop()
  fs.rmSync(scratch, { recursive: true })
})

const address = (job = id): string => `${server.url}/git/${job}.git`
const env = {
  PATH: process.env['PATH'] ?? '',
  HOME: scratch,
  GIT_TERMINAL_PROMPT: '0',
  GIT_ASKPASS: '/bin/false',
}
const git = async (...args: string[]): Promise<string> =>
  (
    await run('git', ['-c', `http.extraHeader=Authorization: Bearer ${server.token}`, ...args], {
      env,
      cwd: scratch,
    })
  ).stdout

it.each(['2', '0'])(
  'is cloned with the token (protocol %s), and the clone passes its tests',
  async (version) => {
    const place = path.join(scratch, `clone-${version}`)
    await git('-c', `protocol.version=${version}`, 'clone', '--quiet', address(), place)
    const { head_commit } = await server.client.getJob(id)
    expect((await git('-C', place, 'rev-parse', 'HEAD')).trim()).toBe(head_commit)
    await run(process.execPath, ['--test'], { cwd: place, env: { PATH: env.PATH } })
  },
)

it('is cloned with the token as the password, which is what git asks people for', async () => {
  const place = path.join(scratch, 'clone-basic')
  const url = address().replace('http://', `http://me:${server.token}@`)
  await run('git', ['clone', '--quiet', url, place], { env })
  expect(fs.existsSync(path.join(place, 'package.json')) || fs.readdirSync(place).length > 1).toBe(true)
})

it('shows branches and no internal references', async () => {
  const lines = (await git('ls-remote', address())).trim().split('\n')
  expect(lines.map((line) => line.split('\t')[1])).toEqual(['HEAD', 'refs/heads/main'])
})

it('is refused without the token, or with a wrong one', async () => {
  await expect(
    run('git', ['clone', '--quiet', address(), path.join(scratch, 'no')], { env }),
  ).rejects.toThrow(/fatal/)
  for (const headers of [{}, { authorization: 'Bearer 00' }, { authorization: `Basic ${btoa('me:00')}` }]) {
    const response = await fetch(`${address()}/info/refs?service=git-upload-pack`, { headers })
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toContain('Basic')
  }
  const basic = { authorization: `Basic ${btoa(`me:${server.token}`)}` }
  expect((await fetch(`${server.url}/api/jobs`, { headers: basic })).status).toBe(401)
})

it('cannot be pushed to', async () => {
  const place = path.join(scratch, 'clone-push')
  await git('clone', '--quiet', address(), place)
  await expect(git('-C', place, 'push', '--quiet', 'origin', 'HEAD:refs/heads/other')).rejects.toThrow('403')
  const headers = { authorization: `Bearer ${server.token}` }
  const response = await fetch(`${address()}/git-receive-pack`, { method: 'POST', headers })
  expect(response.status).toBe(403)
  expect(await response.json()).toMatchObject({ code: 'read_only' })
})

it('accepts a compressed request, and refuses anything that is not a git client', async () => {
  const ask = (body: Uint8Array, headers: Record<string, string>): Promise<Response> =>
    fetch(`${address()}/git-upload-pack`, {
      method: 'POST',
      body: new Uint8Array(body),
      headers: {
        authorization: `Bearer ${server.token}`,
        'content-type': 'application/x-git-upload-pack-request',
        'git-protocol': 'version=2',
        ...headers,
      },
    })
  const refs = Buffer.from('0014command=ls-refs\n0000')
  expect(await (await ask(refs, {})).text()).toContain('refs/heads/main')
  expect(await (await ask(gzipSync(refs), { 'content-encoding': 'gzip' })).text()).toContain(
    'refs/heads/main',
  )
  expect((await ask(refs, { 'content-encoding': 'br' })).status).toBe(415)
  expect((await ask(refs, { 'content-type': 'text/plain' })).status).toBe(415)
  const headers = { authorization: `Bearer ${server.token}` }
  for (const [rest, status] of [
    [`${id}.git/info/refs`, 400],
    [`${id}.git/info/refs?service=git-upload-pack&colour=red`, 400],
    [`${id}.git/info/refs?service=git-receive-pack`, 403],
    [`${id}/info/refs?service=git-upload-pack`, 404],
    ['01a20c4b-0000-7000-8000-000000000000.git/info/refs?service=git-upload-pack', 404],
    ['..%2f..%2fetc.git/info/refs?service=git-upload-pack', 404],
  ] as const)
    expect((await fetch(`${server.url}/git/${rest}`, { headers })).status).toBe(status)
})
