// Long-lived git processes, one for each repository, that git-helper.mjs asks about objects: to start git takes milliseconds, to
// ask one that runs a fraction of one. They see what is added while they run. The one that has not been asked for longest ends
// when there are too many, and each when it is idle; all end with this process, whose ends of their pipes close.
import { spawn } from 'node:child_process'

/**
 * @typedef {import('./git-process.ts').GitQuestion} GitQuestion
 * @typedef {import('./git-process.ts').GitExit} GitExit
 */

/**
 * A question to one process; `name` is the object's.
 *
 * @typedef {Pick<GitQuestion, 'command' | 'timeoutMs'> & { name: Buffer, idleMs: number, done: (exit: GitExit) => void }} Question
 * @typedef {Question & { timer: NodeJS.Timeout }} Asked
 */

/** @typedef {{ end: () => void, ask: (question: Question) => void }} Reader */

/** The maximum number of processes. */
const READERS = 8
/** The time in ms after which an idle process ends, unless the last question says another. */
const IDLE_MS = 30_000
const NEWLINE = 10
const NOTHING = Buffer.alloc(0)

/**
 * The processes by their arguments; the one that has not been asked for longest is first.
 *
 * @type {Map<string, Reader>}
 */
const readers = new Map()

/**
 * Asks about one object, and calls `done` once with the answer in stdout: "<id> <type> <size>\n", followed by the contents when
 * `command` is `contents` and not when it is `info`; empty when there is no such object. `object` is its name as bytes.
 *
 * @param {GitQuestion} question
 * @param {(exit: GitExit) => void} done
 */
export function askReader({ args, cwd, env, command, object, timeoutMs, idleMs = IDLE_MS }, done) {
  const key = args.join('\0')
  /** @type {Reader} */
  const reader = readers.get(key) ?? startReader(args, { cwd, env }, () => forget(key, reader))
  forget(key, reader)
  readers.set(key, reader)
  if (readers.size > READERS) readers.values().next().value?.end()
  reader.ask({ command, name: Buffer.from(object), timeoutMs, idleMs, done })
}

/** @type {(key: string, reader: Reader) => void} */
function forget(key, reader) {
  if (readers.get(key) === reader) readers.delete(key)
}

/**
 * Starts git; `onEnd` is called when it takes no more questions.
 *
 * @type {(args: readonly string[], options: Pick<GitQuestion, 'cwd' | 'env'>, onEnd: () => void) => Reader}
 */
function startReader(args, options, onEnd) {
  const child = spawn('git', args, options)
  /** @type {Asked[]} */
  const questions = []
  let said = NOTHING
  /** @type {string | null} */
  let trouble = null
  /** @type {NodeJS.Timeout | undefined} */
  let idle

  const end = () => {
    onEnd()
    child.stdin.end()
  }
  /** @type {(exit: GitExit) => void} */
  const settle = (exit) => {
    const asked = questions.shift()
    if (asked === undefined) return
    const { done, timer, idleMs } = asked
    clearTimeout(timer)
    if (questions.length === 0) idle = setTimeout(end, idleMs)
    done(exit)
  }
  const stop = () => {
    trouble ??= 'SIGTERM'
    onEnd()
    child.kill('SIGKILL')
  }
  const read = openAnswers(questions, (stdout) =>
    settle({ exitCode: 0, stdout, stderr: NOTHING, trouble: null }),
  )
  child.stdout.on('data', read)
  child.stderr.on(
    'data',
    (/** @type {Buffer} */ part) => (said = Buffer.concat([said, part]).subarray(-4000)),
  )
  // It may have ended before it has read the question.
  child.stdin.on('error', () => {})
  child.once('error', (/** @type {NodeJS.ErrnoException} */ { code }) => (trouble ??= code ?? 'unknown'))
  child.once('close', (exitCode, signal) => {
    onEnd()
    trouble ??= signal ?? `git ended with ${exitCode}`
    while (questions.length > 0) settle({ exitCode: null, stdout: NOTHING, stderr: said, trouble })
    clearTimeout(idle)
  })
  return {
    end,
    ask({ command, name, timeoutMs, idleMs, done }) {
      clearTimeout(idle)
      questions.push({ command, name, timeoutMs, idleMs, done, timer: setTimeout(stop, timeoutMs) })
      child.stdin.write(Buffer.concat([Buffer.from(`${command} `), name, Buffer.from([0])]))
    },
  }
}

/**
 * Returns what takes git's output piece by piece, and calls `onAnswer` with the answer to the first of the questions.
 *
 * @type {(questions: readonly Asked[], onAnswer: (stdout: Buffer) => void) => (part: Buffer) => void}
 */
function openAnswers(questions, onAnswer) {
  /** @type {Buffer[]} */
  let parts = []
  let size = 0
  let wanted = 1
  return (part) => {
    parts.push(part)
    size += part.length
    for (let [first] = questions; first !== undefined && size >= wanted; [first] = questions) {
      const bytes = Buffer.concat(parts)
      const answer = firstAnswer(bytes, first)
      const isWhole = 'stdout' in answer
      const rest = bytes.subarray(isWhole ? answer.end : 0)
      parts = [rest]
      size = rest.length
      wanted = isWhole ? 1 : answer.wanted
      if (isWhole) onAnswer(answer.stdout)
    }
  }
}

/**
 * Returns the answer at the beginning of git's output and where it ends, or how many bytes are wanted to tell.
 *
 * @type {(bytes: Buffer, question: Asked) => { wanted: number } | { stdout: Buffer, end: number }}
 */
function firstAnswer(bytes, { command, name }) {
  // Git repeats the name of what it does not find, which may hold newlines.
  for (const why of ['missing', 'ambiguous']) {
    const none = Buffer.concat([name, Buffer.from(` ${why}\n`)])
    const seen = Math.min(none.length, bytes.length)
    if (none.compare(bytes, 0, seen, 0, seen) !== 0) continue
    return seen < none.length ? { wanted: bytes.length + 1 } : { stdout: NOTHING, end: none.length }
  }
  const head = bytes.indexOf(NEWLINE) + 1
  if (head === 0) return { wanted: bytes.length + 1 }
  if (command === 'info') return { stdout: bytes.subarray(0, head), end: head }
  const end = head + Number(bytes.toString('latin1', 0, head).split(' ')[2])
  return bytes.length <= end ? { wanted: end + 1 } : { stdout: bytes.subarray(0, end), end: end + 1 }
}
