// The small process that runs git. A spawn from the server, which is large, stops its event loop for tens of milliseconds,
// and one job needs more than a hundred; from here it takes two or three, beside it. Whatever git still does when the
// server dies is asked to stop: git removes its locks then.
//
// Messages in:  {do: 'run', id, args, cwd, env, input?, timeoutMs, maxBytes}, {do: 'stop', id}, {do: 'ping'}
// Messages out: {id: null} for a ping; {id, exitCode, stdout, stderr, trouble}, where `trouble` is Node's word for what kept git from an exit code
import { spawn } from 'node:child_process'

const running = new Map()
/** How long git may take to remove its locks when it is asked to stop. */
const STOP_MS = 5000

// Agents read the objects of their job as another user when the server is root; the data directory is closed to others.
process.umask(0o022)

process.on('disconnect', () => {
  for (const child of running.values()) signal(child, 'SIGTERM')
  process.exit(0)
})
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => {})

/** To git and whatever it has started: it leaves its own helpers (ssh, remote-https) running when it ends. */
function signal(child, name) {
  try {
    process.kill(-child.pid, name)
  } catch {
    // They ended meanwhile.
  }
}

/** Asks git to stop, and makes it, when it does not. */
function stop(child) {
  signal(child, 'SIGTERM')
  const last = setTimeout(() => signal(child, 'SIGKILL'), STOP_MS)
  child.once('close', () => clearTimeout(last))
}

function run({ id, args, cwd, env, input, timeoutMs, maxBytes }) {
  // A group of its own, which can be ended as a whole.
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
  // It may end without having read all.
  child.stdin.on('error', () => {})
  child.stdin.end(input)
}

process.on('message', (message) => {
  if (message.do === 'ping') return process.send({ id: null })
  if (message.do === 'run') return run(message)
  const child = running.get(message.id)
  if (child !== undefined) stop(child)
})
