// The small process that runs git. A spawn from the server, which is large, blocks its event loop for tens of milliseconds,
// and one job needs more than a hundred; from here a spawn takes two or three, in parallel. When the server dies, running
// git processes are asked to stop, so that git removes its locks.
//
// Messages in:  {do: 'run', id, args, cwd, env, input?, timeoutMs, maxBytes}, {do: 'stop', id}, {do: 'ping'}
// Messages out: {id: null} for a ping; {id, exitCode, stdout, stderr, trouble}, where `trouble` is Node's error code or the
//               signal when there is no exit code
import { spawn } from 'node:child_process'

const running = new Map()
/** The time in ms that git has to remove its locks when it is asked to stop. */
const STOP_MS = 5000

// Agents read their job's objects as another user when the server is root; the data directory is closed to others.
process.umask(0o022)

process.on('disconnect', () => {
  for (const child of running.values()) signal(child, 'SIGTERM')
  process.exit(0)
})
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => {})

/** Signals git and its children: git leaves its own helpers (ssh, remote-https) running when it ends. */
function signal(child, name) {
  try {
    process.kill(-child.pid, name)
  } catch {
    // They have already ended.
  }
}

/** Tells git to stop, and kills it when it does not. */
function stop(child) {
  signal(child, 'SIGTERM')
  const last = setTimeout(() => signal(child, 'SIGKILL'), STOP_MS)
  child.once('close', () => clearTimeout(last))
}

function run({ id, args, cwd, env, input, timeoutMs, maxBytes }) {
  // A process group of its own, which can be ended as a whole.
  const child = spawn('git', args, { cwd, env, detached: true })
  let trouble = null
  const end = (exitCode) => {
    clearTimeout(timer)
    running.delete(id)
    const said = { stdout: Buffer.concat(parts.stdout), stderr: Buffer.concat(parts.stderr) }
    if (process.connected)
      process.send({ id, exitCode: trouble === null ? exitCode : null, ...said, trouble })
  }
  const parts = { stdout: [], stderr: [] }
  for (const name of ['stdout', 'stderr']) {
    let size = 0
    child[name].on('data', (part) => {
      size += part.length
      if (size <= maxBytes) return parts[name].push(part)
      if (trouble === null) stop(child)
      trouble ??= 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER'
    })
  }
  const timer = setTimeout(() => {
    trouble ??= 'SIGTERM'
    stop(child)
  }, timeoutMs)
  child.once('error', ({ code }) => {
    trouble ??= code
    if (child.pid === undefined) end(null)
  })
  child.once('close', (code, name) => {
    if (child.pid === undefined) return
    trouble ??= name
    end(code)
  })
  running.set(id, child)
  // It may end before it has read all input.
  child.stdin.on('error', () => {})
  child.stdin.end(input)
}

process.on('message', (message) => {
  if (message.do === 'ping') return process.send({ id: null })
  if (message.do === 'run') return run(message)
  const child = running.get(message.id)
  if (child !== undefined) stop(child)
})
