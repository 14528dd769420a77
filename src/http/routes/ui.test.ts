import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import zlib from 'node:zlib'
import { OpenAPIHono } from '@hono/zod-openapi'
import { afterAll, beforeEach, expect, it } from 'vitest'
import { openLogIn } from '../access/log-in.ts'
import { uiRoutes } from './ui.ts'

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'slipway-ui-'))
const dist = path.join(dir, 'dist')
const page = '<!doctype html><title>Slipway</title><script type="module" src="/assets/main-1a2b.js"></script>'
const script = 'export const words = "' + 'many words '.repeat(500) + '"\n'

const app = new OpenAPIHono()
uiRoutes(app, {
  uiDir: dist,
  limits: { uiFileBytes: 100_000, sessionMs: 1000 },
  logIn: openLogIn('right', { logInAttempts: 3, logInWindowMs: 1000, codeMs: 1000, codes: 2 }),
  sessions: { open: async () => 'secret' },
})
app.get('/health', (c) => c.json({ status: 'ok' }))

beforeEach(() => {
  fs.rmSync(dist, { recursive: true, force: true })
  fs.mkdirSync(path.join(dist, 'assets'), { recursive: true })
  fs.writeFileSync(path.join(dist, 'index.html'), page)
  fs.writeFileSync(path.join(dist, 'icon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>')
  fs.writeFileSync(path.join(dist, 'assets', 'main-1a2b.js'), script)
  fs.writeFileSync(path.join(dist, 'assets', '.secret'), 'hidden')
  fs.writeFileSync(path.join(dist, 'assets', 'huge.js'), 'x'.repeat(100_001))
  fs.writeFileSync(path.join(dir, 'outside.js'), 'outside')
})
afterAll(() => fs.rmSync(dir, { recursive: true }))

it.each(['/', '/jobs', '/jobs/1', '/jobs/1/tasks/2', '/backends', '/settings', '/jobs/..%2f..%2foutside.js'])(
  '%s is the page, under a policy that forbids inline scripts',
  async (address) => {
    const response = await app.request(address)
    expect(response.status).toBe(200)
    expect(await response.text()).toBe(page)
    const policy = response.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'self'")
    expect(policy).toContain("script-src 'self';")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(response.headers.get('cache-control')).toBe('no-cache')
  },
)

it('health is a page for a person and JSON for a program', async () => {
  const person = await app.request('/health', { headers: { accept: 'text/html,*/*;q=0.8' } })
  expect(await person.text()).toBe(page)
  const program = await app.request('/health', { headers: { accept: '*/*' } })
  expect(await program.json()).toEqual({ status: 'ok' })
  expect([person.headers.get('vary'), program.headers.get('vary')]).toEqual([
    expect.stringContaining('Accept'),
    'Accept',
  ])
})

it('an asset is cached by the browser for ever, and compressed for clients that support it', async () => {
  const plain = await app.request('/assets/main-1a2b.js')
  expect(await plain.text()).toBe(script)
  expect(plain.headers.get('content-type')).toContain('javascript')
  expect(plain.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
  const brotli = await app.request('/assets/main-1a2b.js', { headers: { 'accept-encoding': 'gzip, br' } })
  expect(brotli.headers.get('content-encoding')).toBe('br')
  const small = Buffer.from(await brotli.arrayBuffer())
  expect(small.length).toBeLessThan(script.length / 10)
  expect(zlib.brotliDecompressSync(small).toString()).toBe(script)
  const gzip = await app.request('/assets/main-1a2b.js', { headers: { 'accept-encoding': 'gzip, br;q=0' } })
  expect(zlib.gunzipSync(Buffer.from(await gzip.arrayBuffer())).toString()).toBe(script)
})

it('the page is sent once, and again when it has been rebuilt', async () => {
  const tag = (await app.request('/')).headers.get('etag') ?? ''
  const again = (): Promise<Response> | Response => app.request('/', { headers: { 'if-none-match': tag } })
  const unchanged = await again()
  expect([unchanged.status, await unchanged.text()]).toEqual([304, ''])
  expect(unchanged.headers.get('content-security-policy')).toContain('script-src')
  fs.writeFileSync(path.join(dist, 'index.html'), `${page}<p>new`)
  expect((await again()).status).toBe(200)
})

it('HEAD answers like GET, without the body', async () => {
  const head = await app.request('/icon.svg', { method: 'HEAD' })
  expect([head.status, await head.text()]).toEqual([200, ''])
  expect(head.headers.get('content-type')).toContain('image/svg+xml')
})

it.each([
  '/assets/none.js',
  '/assets/.secret',
  '/assets/huge.js',
  '/assets/../../outside.js',
  '/assets/..%2f..%2foutside.js',
  '/assets/%2e%2e/%2e%2e/outside.js',
  '/assets//main-1a2b.js',
  '/assets',
  '/outside.js',
  '/index.html',
  '/nothing',
])('%s is not found', async (address) => {
  expect((await app.request(address)).status).toBe(404)
})

it('a UI that is not built is a page without scripts that explains how to build it', async () => {
  fs.rmSync(dist, { recursive: true })
  const response = await app.request('/')
  expect(response.status).toBe(503)
  const text = await response.text()
  expect(text).toContain('npm run build:web')
  expect(text).not.toMatch(/<script|<style|https?:/)
  expect(response.headers.get('content-security-policy')).toContain("script-src 'self'")
})

it('a code works once, and only the newest codes are kept', async () => {
  const logIn = openLogIn('right', { logInAttempts: 9, logInWindowMs: 1000, codeMs: 1000, codes: 2 })
  const [first, second, third] = [logIn.newCode(), logIn.newCode(), logIn.newCode()]
  expect(() => logIn.withCode(first)).toThrow('used before or is too old')
  logIn.withCode(second)
  expect(() => logIn.withCode(second)).toThrow('used before or is too old')
  logIn.withCode(third)
  const late = openLogIn('right', { logInAttempts: 9, logInWindowMs: 1000, codeMs: 0, codes: 2 })
  expect(() => late.withCode(late.newCode())).toThrow('used before or is too old')
})

it('the page of a job names the files of its screen, so that they load in parallel with the shell', async () => {
  const manifest = {
    'index.html': { file: 'assets/main-1a2b.js', isEntry: true, imports: ['_both.js'] },
    '_both.js': { file: 'assets/both.js' },
    '_card.js': { file: 'assets/card.js' },
    'routes/job.tsx': { file: 'assets/job.js', imports: ['_both.js'] },
    'board/board.tsx': { file: 'assets/board.js', imports: ['_both.js', '_card.js'], css: ['assets/b.css'] },
  }
  fs.writeFileSync(path.join(dist, 'manifest.json'), JSON.stringify(manifest))
  const job = await app.request('/jobs/1')
  expect(job.headers.get('link')?.split(', ')).toEqual([
    '</theme.js>; rel=preload; as=script',
    ...['main-1a2b', 'both', 'job', 'board', 'card'].map((name) => `</assets/${name}.js>; rel=modulepreload`),
    '</api/jobs/1>; rel=preload; as=fetch; crossorigin',
    '</api/jobs/1/tasks>; rel=preload; as=fetch; crossorigin',
  ])
  for (const other of ['/settings', '/jobs/1/other'])
    expect((await app.request(other)).headers.get('link')).toBe(null)
  expect((await app.request('/manifest.json')).status).toBe(404)
})
