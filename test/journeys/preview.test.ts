import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeDataDir, startTestServer, type TestServer } from '../helpers/server.ts'
import { until } from '../helpers/until.ts'

/** Files of a job in a browser: images are shown, and no code from a job ever runs. */
let server: TestServer
let jobId: string

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
const files: Record<string, string | Buffer> = {
  'dot.png': png,
  'picture of "me".PNG': png,
  'mark.gif': Buffer.from('R0lGODlhAQABAAAAACwAAAAAAQABAAA=', 'base64'),
  'photo.jpg': Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0]),
  'photo.webp': Buffer.from('RIFF\u0010\u0000\u0000\u0000WEBPVP8 \u0000', 'latin1'),
  'photo.avif': Buffer.from('\u0000\u0000\u0000\u0020ftypavif\u0000', 'latin1'),
  'drawing.svg':
    '<?xml version="1.0"?>\n<!-- a > b -->\n<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
  'page.svg': '<html><svg></svg><script>alert(1)</script></html>',
  'page.html': '<script>alert(1)</script>',
  'page.png': '<script>alert(1)</script>',
  'script.js': 'alert(1)',
  'other.bin': Buffer.from([0, 1, 2, 255]),
}

beforeAll(async () => {
  const source = path.join(makeDataDir(), 'source')
  fs.mkdirSync(source)
  for (const [name, content] of Object.entries(files)) fs.writeFileSync(path.join(source, name), content)
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@localhost', ...args], { cwd: source })
  git('init', '-q', '-b', 'main')
  git('add', '-A')
  git('commit', '-q', '-m', 'pictures')
  server = await startTestServer()
  jobId = (await server.client.createJob({ vision: 'a counter', mode: 'solo', source })).job_id
  await until('the repository of the job', 30_000, () => server.client.files(jobId))
})
afterAll(() => server.stop())

async function preview(name: string): Promise<{ status: number; headers: Headers; body: Buffer }> {
  const response = await fetch(`${server.url}/api/jobs/${jobId}/preview/${encodeURIComponent(name)}`, {
    headers: { authorization: `Bearer ${server.token}` },
  })
  return {
    status: response.status,
    headers: response.headers,
    body: Buffer.from(await response.arrayBuffer()),
  }
}

it.each([
  ['dot.png', 'image/png'],
  ['picture of "me".PNG', 'image/png'],
  ['mark.gif', 'image/gif'],
  ['photo.jpg', 'image/jpeg'],
  ['photo.webp', 'image/webp'],
  ['photo.avif', 'image/avif'],
  ['drawing.svg', 'image/svg+xml'],
])('%s is shown as %s, in a sandbox', async (name, type) => {
  const { status, headers, body } = await preview(name)
  expect([status, headers.get('content-type')]).toEqual([200, type])
  expect(headers.get('content-disposition')).toMatch(/^inline; filename\*=UTF-8''[\w.%]+$/)
  expect(headers.get('content-security-policy')).toMatch(/^sandbox; default-src 'none'/)
  expect(headers.get('content-security-policy')).not.toContain('script-src')
  expect(headers.get('x-content-type-options')).toBe('nosniff')
  expect(body).toEqual(Buffer.from(files[name] ?? ''))
})

it.each([
  ['page.svg', 'text/plain; charset=utf-8'],
  ['page.html', 'text/plain; charset=utf-8'],
  ['page.png', 'text/plain; charset=utf-8'],
  ['script.js', 'text/plain; charset=utf-8'],
  ['other.bin', 'application/octet-stream'],
])('%s is a download of %s that runs nothing', async (name, type) => {
  const { status, headers } = await preview(name)
  expect([status, headers.get('content-type')]).toEqual([200, type])
  expect(headers.get('content-disposition')).toMatch(/^attachment; /)
  expect(headers.get('content-security-policy')).toBe("sandbox; default-src 'none'")
  expect(headers.get('x-content-type-options')).toBe('nosniff')
})
