// The small process that runs git. A spawn from the server, which is large, blocks its event loop for tens of milliseconds,
// and one job needs more than a hundred; from here a spawn takes two or three, in parallel. When the server dies, running
// git processes are asked to stop, so that git removes its locks.
import { spawn } from 'node:child_process'
import { askReader } from './object-readers.mjs'

/**
 * Messages in.
 *
 * @typedef {RunRequest | Question | { do: 'stop', id: number } | { do: 'ping' }} Request
 * @typedef {import('./git-process.ts').GitRun & { do: 'run', id: number }} RunRequest
 * @typedef {import('./git-process.ts').GitQuestion & { do: 'ask', id: number }} Question
 */

/**
 * Messages out; `id` is null in the answer to a ping.
 *
 * @typedef {{ id: null } | (import('./git-process.ts').GitExit & { id: number })} Report
 */

/** @typedef {import('node:child_process').ChildProcess} ChildProcess */

/** @type {Map<number, ChildProcess>} */
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

/** @param {Report} message */
function send(message) {
  if (process.connected) process.send?.(message)
}

/**
 * Signals git and its children: git leaves its own helpers (ssh, remote-https) running when it ends.
 *
 * @param {ChildProcess} child
 * @param {NodeJS.Signals} name
 */
function signal(child, name) {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, name)
  } catch {
    // They have already ended.
  }
}

/**
 * Asks git to stop, and kills it when it does not.
 *
 * @param {ChildProcess} child
 */
function stop(child) {
  signal(child, 'SIGTERM')
  const last = setTimeout(() => signal(child, 'SIGKILL'), STOP_MS)
  child.once('close', () => clearTimeout(last))
}

/** @param {RunRequest} request */
function run({ id, args, cwd, env, input, timeoutMs, maxBytes }) {
  // A process group of its own, which can be ended as a whole.
  const child = spawn('git', args, { cwd, env, detached: true })
  /** @type {string | null} */
  let trouble = null
  /** @type {(exitCode: number | null) => void} */
  const end = (exitCode) => {
    clearTimeout(timer)
    running.delete(id)
    const output = { stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr) }
    send({ id, exitCode: trouble === null ? exitCode : null, ...output, trouble })
  }
  /** @type {(stream: import('node:stream').Readable) => Buffer[]} */
  const collect = (stream) => {
    /** @type {Buffer[]} */
    const parts = []
    let size = 0
    stream.on('data', (/** @type {Buffer} */ part) => {
      size += part.length
      if (size <= maxBytes) return parts.push(part)
      if (trouble === null) stop(child)
      trouble ??= 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER'
    })
    return parts
  }
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)]
  const timer = setTimeout(() => {
    trouble ??= 'SIGTERM'
    stop(child)
  }, timeoutMs)
  child.once('error', (error) => {
    trouble ??= 'code' in error ? String(error.code) : error.message
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

/** @param {Request} message */
function handle(message) {
  if (message.do === 'ping') return send({ id: null })
  if (message.do === 'run') return run(message)
  if (message.do === 'ask') return askReader(message, (exit) => send({ id: message.id, ...exit }))
  const child = running.get(message.id)
  if (child !== undefined) stop(child)
}
process.on('message', handle)
