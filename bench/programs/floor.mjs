// What this machine can do at best, without any promise: the reference that a run's figures are divided by.
//   POST /jobs        appends the body to a file; what arrives within one turn is forced to disk once
//   GET  /jobs        the newest 50 of what was posted
//   POST /start       {repo, dir, command}: git worktree add, then spawn in there
//   GET  /lines       {command}: each line of a program is appended, forced to disk and then sent as an event
//   GET  /cards       {count}: a page that asks for so many tasks and writes each as a plain card
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import readline from 'node:readline'

const log = fs.openSync(path.join(process.argv[2], 'log'), 'a')
const jobs = []
let group = []
let syncs = 0

function force(text) {
  fs.writeSync(log, text)
  fs.fdatasyncSync(log)
  syncs += 1
}

function commit() {
  const batch = group
  group = []
  force(batch.map(({ job }) => `${JSON.stringify(job)}\n`).join(''))
  for (const { job, response } of batch) {
    jobs.push(job)
    answer(response, 201, job)
  }
}

function answer(response, status, body) {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
}

function run(command, cwd) {
  return spawn(command[0], command.slice(1), { cwd, stdio: ['pipe', 'pipe', 'inherit'] })
}

function start({ repo, dir, command }, response) {
  const git = spawn('git', ['-C', repo, 'worktree', 'add', '--quiet', '--detach', dir], { stdio: 'ignore' })
  git.once('exit', () => {
    const agent = run(command, dir)
    agent.once('exit', () => undefined)
    answered.add(agent)
  })
  answer(response, 201, {})
}

const answered = new Set()

function lines(command, response) {
  response.writeHead(200, { 'Content-Type': 'text/event-stream' })
  const child = run(command, process.argv[2])
  readline.createInterface({ input: child.stdout }).on('line', (line) => {
    force(`${line}\n`)
    response.write(`data: ${JSON.stringify({ type: 'session.message', message: line })}\n\n`)
  })
  response.once('close', () => child.kill('SIGKILL'))
}

const page = `<!doctype html><title>Cards</title><main></main><script type="module">
  const tasks = await (await fetch('/tasks' + location.search)).json()
  document.querySelector('main').append(...tasks.map(({ id, title }) => {
    const card = document.createElement('article')
    card.dataset.task = id
    card.textContent = title
    return card
  }))
</script>`

function tasks(count) {
  return Array.from({ length: count }, (_, id) => ({
    id,
    title: `Task ${id}: one of the many`,
    text: 'x'.repeat(400),
  }))
}

function route(request, response, body) {
  const url = new URL(request.url, 'http://floor')
  if (request.method === 'POST' && url.pathname === '/jobs') {
    if (group.length === 0) setImmediate(commit)
    group.push({ job: { id: jobs.length + group.length, ...JSON.parse(body) }, response })
  } else if (request.method === 'POST' && url.pathname === '/start') start(JSON.parse(body), response)
  else if (url.pathname === '/lines') lines(JSON.parse(url.searchParams.get('command')), response)
  else if (url.pathname === '/cards') response.writeHead(200, { 'Content-Type': 'text/html' }).end(page)
  else if (url.pathname === '/tasks') answer(response, 200, tasks(Number(url.searchParams.get('count'))))
  else if (url.pathname === '/jobs') answer(response, 200, { jobs: jobs.slice(-50), total: jobs.length })
  else answer(response, 200, { syncs })
}

const server = http.createServer((request, response) => {
  const chunks = []
  request.on('data', (chunk) => chunks.push(chunk))
  request.once('end', () => route(request, response, Buffer.concat(chunks).toString()))
})
server.listen(0, '127.0.0.1', () => process.stdout.write(`http://127.0.0.1:${server.address().port}\n`))
process.once('SIGTERM', () => {
  for (const agent of answered) agent.kill('SIGKILL')
  process.exit(0)
})
