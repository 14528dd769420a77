// The small process that runs git. A spawn from the server, which is large, stops its event loop for tens of milliseconds,
// and one job needs more than a hundred; from here it takes two or three, beside it. Whatever git still does when the
// server dies is asked to stop: git removes its locks then.
//
// Messages in:  {do: 'run', id, args, cwd, env, input?, timeoutMs, maxBytes}, {do: 'stop', id}, {do: 'ping'}
// Messages out: {id: null} for a ping; {id, exitCode, stdout, stderr, trouble}, where `trouble` is Node's word for what kept git from an exit code
import { execFile } from 'node:child_process'

const running = new Map()
/** How long git may take to remove its locks when it is asked to stop. */
const STOP_MS = 5000

// Agents read the objects of their job as another user when the server is root; the data directory is closed to others.
process.umask(0o022)

process.on('disconnect', () => {
  for (const child of running.values()) child.kill()
  process.exit(0)
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {})

function run({ id, args, cwd, env, input, timeoutMs, maxBytes }) {
  const options = { cwd, env, encoding: 'buffer', timeout: timeoutMs, maxBuffer: maxBytes }
  const child = execFile('git', args, options, (error, stdout, stderr) => {
    running.delete(id)
    const ended = error === null ? 0 : error.code
    const exitCode = typeof ended === 'number' ? ended : null
    const trouble = exitCode !== null ? null : (ended ?? error.signal)
    if (process.connected) process.send({ id, exitCode, stdout, stderr, trouble })
  })
  running.set(id, child)
  const last = setTimeout(() => child.kill('SIGKILL'), timeoutMs + STOP_MS)
  child.once('close', () => clearTimeout(last))
  // It may end without having read all.
  child.stdin.on('error', () => {})
  child.stdin.end(input)
}

process.on('message', (message) => {
  if (message.do === 'ping') return process.send({ id: null })
  if (message.do === 'run') return run(message)
  const child = running.get(message.id)
  if (child === undefined) return
  child.kill()
  const last = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
  child.once('close', () => clearTimeout(last))
})
