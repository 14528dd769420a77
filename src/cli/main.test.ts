import { execa } from 'execa'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { CheckView, JobView } from '../client/views.ts'
import { buildProgram } from './program.ts'
import { reportError } from './report-error.ts'
import { slipwayProgram } from '../../test/helpers/program.ts'
import { at, checkView, done, eventView, id, jobView, taskView } from '../../test/helpers/sample-views.ts'
import { plainPaint, type Terminal } from './screen/terminal.ts'

const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

async function scratch(): Promise<string> {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'slipway-cli-'))
  closers.push(() => rm(dir, { recursive: true, force: true }))
  return dir
}

interface Answers {
  readonly job: JobView
  readonly checks?: readonly CheckView[]
  readonly create?: { readonly status: number; readonly body: unknown }
  readonly jobs?: readonly JobView[]
}

/** The part of the API that the commands need, with one job in a state set by the test. */
async function serve(answers: Answers) {
  const asked: string[] = []
  const bodies: unknown[] = []
  const events = [
    eventView(1, 'job.started', 'Work began.'),
    eventView(2, 'session.message', 'hm'),
    eventView(3, 'job.completed', 'Completed\u001b[2J.'),
  ]
  const jobs = answers.jobs ?? [answers.job]
  const evidence = {
    proof: answers.job.proof,
    proof_reason: answers.job.proof_reason,
    findings: [],
    left_out: [],
    checks: answers.checks ?? [checkView()],
  }
  const routes: Record<string, (url: URL) => unknown> = {
    'GET /health': () => ({ status: 'ok', version: '1', checks: {} }),
    'GET /api/jobs': () => ({ jobs, total: jobs.length, page: 1, page_size: 100 }),
    [`GET /api/jobs/${id}`]: () => answers.job,
    [`GET /api/jobs/${id}/tasks`]: () => ({
      total_tasks: 1,
      tasks: [taskView({ status: 'completed', completed_at: at(9) })],
    }),
    [`GET /api/jobs/${id}/agents`]: () => ({ agents: [] }),
    [`GET /api/jobs/${id}/checks`]: () => evidence,
    [`GET /api/jobs/${id}/events`]: (url) => ({
      events: events.filter((event) => event.seq > Number(url.searchParams.get('after'))),
    }),
    [`GET /api/jobs/${id}/files/a.txt`]: () => ({
      path: 'a.txt',
      commit: 'c',
      size: 3,
      encoding: 'utf8',
      content: 'a\u001b\n',
      truncated: false,
    }),
  }
  const server = http.createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost')
    const route = `${request.method} ${url.pathname}`
    asked.push(route)
    const send = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    }
    if (route === 'POST /api/jobs') {
      void request.toArray().then((chunks) => {
        bodies.push(JSON.parse(Buffer.concat(chunks).toString()))
        send(
          answers.create?.status ?? 201,
          answers.create?.body ?? { ...answers.job, job_id: id, documents: [] },
        )
      })
    } else if (route === `GET /api/jobs/${id}/download`) {
      response.writeHead(200, { 'content-disposition': 'attachment; filename="../todo list.zip"' }).end('PK')
    } else if (route === `GET /api/jobs/${id}/events/stream`) {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': hello\n\n')
    } else if (routes[route] === undefined) send(404, { error: 'there is no such thing', code: 'not_found' })
    else send(200, routes[route]?.(url))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, asked, bodies }
}

function slipway(
  args: readonly string[],
  options: { cwd?: string; input?: string; env?: Record<string, string> } = {},
) {
  return execa(process.execPath, [slipwayProgram, ...args], {
    reject: false,
    timeout: 20_000,
    ...options,
  })
}

/** Runs the program without a process; returns its output and exit code. */
async function inProcess(args: readonly string[]): Promise<{ exitCode: number; out: string; err: string }> {
  const said = { out: '', err: '' }
  const terminal: Terminal = {
    paint: plainPaint,
    isLive: false,
    size: () => ({ width: 80, height: 24 }),
    print: (text) => void (said.out += `${text}\n`),
    note: (text) => void (said.err += `${text}\n`),
    printJson: () => {},
    printJsonLine: () => {},
    write: async () => {},
  }
  try {
    await buildProgram(terminal, '1.2.3').parseAsync([...args], { from: 'user' })
    return { exitCode: 0, ...said }
  } catch (error) {
    const exitCode = reportError(error, terminal)
    return { exitCode, ...said }
  }
}

test('wrong usage exits with code 2 and an explanation, and starts nothing', async () => {
  const wrong: [string[], RegExp][] = [
    [['run'], /missing required argument 'vision'/],
    [['run', ' '], /vision is empty/],
    [['run', 'a', 'b'], /Put the vision in quotes/],
    [['rnu', 'x'], /Did you mean run\?/],
    [['a todo list'], /slipway run "a todo list"/],
    [['jobs', '--lmit', '3'], /Did you mean --limit\?/],
    [['jobs', '--status', 'odd'], /Allowed choices are queued/],
    [['start', '--port', '70000'], /whole number from 0 to 65535/],
    [['run', 'x', '--document', 'no-such.pdf'], /no-such\.pdf cannot be read/],
    [['run', 'x', '--source', './no-such-directory'], /there is no such directory/],
    [['run', 'x', '--source', ''], /--source is empty/],
    [['run', 'x', '--agent', 'chef=offline'], /not a role and a backend/],
    [['show'], /missing required argument 'id'/],
  ]
  const dataDir = path.join(await scratch(), 'none')
  for (const [args, said] of wrong) {
    const { exitCode, out, err } = await inProcess(
      args[0] === 'run' ? [...args, '--data-dir', dataDir] : args,
    )
    expect({ args, exitCode, out, err }).toEqual({
      args,
      exitCode: 2,
      out: '',
      err: expect.stringMatching(said),
    })
  }
  await expect(readdir(dataDir)).rejects.toThrow('ENOENT')
})

test('the process has the exit codes and output streams that scripts rely on', async () => {
  expect(await slipway(['run'])).toMatchObject({
    exitCode: 2,
    stdout: '',
    stderr: expect.stringContaining('vision'),
  })
  expect(await slipway(['--version'])).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    stderr: '',
  })
})

test('every command has help with an example', async () => {
  const { out } = await inProcess(['--help'])
  const names = [...out.matchAll(/^ {2}([a-z]+) .*$/gm)]
    .map((match) => match[1] ?? '')
    .filter((name) => name !== 'help')
  expect(names.length).toBe(36)
  for (const name of names) {
    expect(await inProcess([name, '--help'])).toEqual({
      exitCode: 0,
      out: expect.stringMatching(/Examples:\n {2}\$ /),
      err: '',
    })
  }
})

test('run shows what was proven and exits 0, and control sequences of the server are removed', async () => {
  const { url, bodies } = await serve({
    job: jobView({ ...done, workspace_path: '/data/jobs/x y/result', head_commit: 'c'.repeat(40) }),
  })
  const { exitCode, stdout } = await slipway([
    'run',
    'a todo list',
    '--url',
    url,
    '--check',
    'npm test',
    '--check',
    'true',
    '--mode',
    'solo',
  ])
  expect(exitCode).toBe(0)
  expect(bodies).toEqual([{ vision: 'a todo list', checks: ['npm test', 'true'], mode: 'solo' }])
  expect(stdout).toContain('✓ Proven  a todo list in 12 s')
  expect(stdout).toContain("cd '/data/jobs/x y/result'")
  expect(stdout).toContain('✓ pass  node --test')
  expect(stdout).toMatch(/0:03 {2}Completed\./)
  expect(stdout).not.toContain('\u001b')
})

test.each([
  ['./site', 'here/site'],
  ['../here/site/', 'here/site'],
  ['site', 'here/site'],
  ['~/site', 'home/site'],
  ['git@example.org:team/site.git', null],
  ['file:///somewhere/else', null],
])('run --source %s is sent in a form that the server can read', async (source, place) => {
  const dir = await scratch()
  for (const each of ['here/site', 'home/site']) await mkdir(path.join(dir, each), { recursive: true })
  const { url, bodies } = await serve({ job: jobView(done) })
  const cwd = path.join(dir, 'here')
  const args = ['run', 'x', '--source', source, '--json', '--url', url]
  expect(await slipway(args, { cwd, env: { HOME: path.join(dir, 'home') } })).toMatchObject({ exitCode: 0 })
  expect(bodies).toEqual([{ vision: 'x', source: place === null ? source : path.join(dir, place) }])
})

test('a source that the server refuses counts as wrong usage and shows only the reason', async () => {
  const message = 'The source /x cannot be used. It does not exist on the machine of the server.'
  const body = { error: message, code: 'bad_source', issues: [{ path: 'source', message }] }
  const { url } = await serve({ job: jobView(), create: { status: 400, body } })
  expect(await slipway(['run', 'x', '--source', '/x', '--url', url])).toMatchObject({
    exitCode: 2,
    stderr: `error: ${message}`,
  })
})

test('run of a failing job shows the evidence and exits 1', async () => {
  const failed = checkView({ verdict: 'fail', exit_code: 3, log: 'not ok 1\u001b[1A - adds\n' })
  const job = jobView({
    status: 'failed',
    current_phase: 'error',
    error: 'the checks failed three times',
    completed_at: at(12),
  })
  const { url } = await serve({ job, checks: [failed] })
  const { exitCode, stdout } = await slipway(['run', 'x', '--url', url])
  expect(exitCode).toBe(1)
  expect(stdout).toContain('✗ fail  node --test')
  expect(stdout).toContain('exit 3')
  expect(stdout).toContain('not ok 1 - adds')
  expect(stdout).toContain('the checks failed three times')
})

test('run --json prints one JSON document and nothing else', async () => {
  const { url } = await serve({ job: jobView(done) })
  const { stdout } = await slipway(['run', '-', '--json', '--url', url], { input: 'a vision\n' })
  expect(JSON.parse(stdout)).toMatchObject({
    job: { id, status: 'completed' },
    proof: 'proven',
    checks: [{ command: 'node --test' }],
  })
})

test('a refused request is wrong usage, and a refused token is explained', async () => {
  const body = { error: 'there is no backend "nope"', code: 'unknown_backend' }
  const refusing = await serve({ job: jobView(), create: { status: 400, body } })
  expect(await slipway(['run', 'x', '--url', refusing.url])).toMatchObject({
    exitCode: 2,
    stderr: 'error: there is no backend "nope"',
  })
  const guarded = await serve({
    job: jobView(),
    create: { status: 401, body: { error: 'who are you?', code: 'unauthorized' } },
  })
  const { exitCode, stderr } = await slipway(['run', 'x', '--url', guarded.url])
  expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringContaining('SLIPWAY_TOKEN') })
})

test('Ctrl-C keeps the job, explains how to continue, and exits 130', async () => {
  const { url, asked } = await serve({ job: jobView() })
  const running = slipway(['run', 'x', '--url', url])
  await expect.poll(() => asked, { timeout: 10_000 }).toContain(`GET /api/jobs/${id}/events/stream`)
  running.kill('SIGINT')
  const { exitCode, stderr } = await running
  expect({ exitCode, stderr }).toEqual({
    exitCode: 130,
    stderr: expect.stringContaining('slipway watch 01934c1e-8a2b'),
  })
  expect(asked).not.toContain(`POST /api/jobs/${id}/cancel`)
})

test('a job is found by a unique beginning of its id', async () => {
  const other = '01934c1e-9999-7000-8000-000000000009'
  const { url } = await serve({ job: jobView(done), jobs: [jobView(), jobView({ id: other })] })
  const ask = (given: string) => slipway(['logs', given, '--brief', '--url', url])
  expect((await ask('01934C1E-8A')).stdout.split('\n').length).toBe(2)
  expect(await ask('01934c1e')).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('2 jobs begin with 01934c1e'),
  })
  expect(await ask('ffff')).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('there is no job ffff'),
  })
  expect(await ask('../x')).toMatchObject({ exitCode: 2 })
})

test('a file is written to a pipe byte for byte', async () => {
  const { url } = await serve({ job: jobView(done) })
  const { stdout } = await execa(process.execPath, [slipwayProgram, 'files', id, 'a.txt', '--url', url], {
    stripFinalNewline: false,
  })
  expect(stdout).toBe('a\u001b\n')
})

test('an export is complete, stays in its directory and overwrites nothing without being asked', async () => {
  const { url } = await serve({ job: jobView(done) })
  const cwd = await scratch()
  expect(await slipway(['export', id, '--url', url], { cwd })).toMatchObject({ exitCode: 0 })
  expect(await readdir(cwd)).toEqual(['todo-list.zip'])
  await writeFile(path.join(cwd, 'todo-list.zip'), 'mine')
  expect(await slipway(['export', id, '--url', url], { cwd })).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('--force'),
  })
  expect(await readFile(path.join(cwd, 'todo-list.zip'), 'utf8')).toBe('mine')
  await slipway(['export', id, '--url', url, '--force'], { cwd })
  expect(await readFile(path.join(cwd, 'todo-list.zip'), 'utf8')).toBe('PK')
})

test('the running server is found by its record, and the record of a dead process is ignored', async () => {
  const { url } = await serve({ job: jobView(done) })
  const dataDir = await scratch()
  await mkdir(path.join(dataDir, 'jobs'))
  await writeFile(path.join(dataDir, 'token'), `${'a'.repeat(64)}\n`)
  await writeFile(
    path.join(dataDir, 'server.json'),
    JSON.stringify({ pid: process.pid, url, started_at: at(0) }),
  )
  expect(JSON.parse((await slipway(['jobs', '--json', '--data-dir', dataDir])).stdout)).toMatchObject({
    total: 1,
  })
  expect((await slipway(['token', '--data-dir', dataDir])).stdout).toBe('a'.repeat(64))
  const second = await slipway(['start', '--port', '0', '--data-dir', dataDir])
  expect(second).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining(`already running on ${dataDir}`),
  })
})

test('a refusal by the server of another command is reported once and not requested again', async () => {
  const refused = {
    status: 503,
    body: { error: 'Slipway was upgraded: restart the server', code: 'upgraded' },
  }
  const { url, asked } = await serve({ job: jobView(done), create: refused })
  const dataDir = await scratch()
  await writeFile(path.join(dataDir, 'token'), `${'a'.repeat(64)}\n`)
  await writeFile(
    path.join(dataDir, 'server.json'),
    JSON.stringify({ pid: process.pid, url, started_at: at(0), of_command: true }),
  )
  expect(await slipway(['run', 'x', '--data-dir', dataDir])).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('Slipway was upgraded'),
  })
  expect(asked.filter((route) => route === 'POST /api/jobs')).toHaveLength(1)
})
