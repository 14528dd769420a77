/**
 * Takes a job from its current state to its end while a person watches. The exit code reflects the outcome, Ctrl-C keeps the
 * job and prints how to continue it, and a server that the command started ends with the command.
 */
import { ApiError } from '../client/api-error.ts'
import type { Client } from '../client/open-client.ts'
import { unreachable } from '../client/request.ts'
import type { JobView } from '../client/views.ts'
import { cleanLine } from './clean-text.ts'
import { exitCodes } from './failure.ts'
import { onInterrupt, type Interrupt } from './interrupt.ts'
import { renderEnding } from './job-report.ts'
import { shortId } from './job-id.ts'
import { openBoardViewer, openLines, openRemarks, whileSaying, type Viewer } from './job-viewers.ts'
import { reachServer, serverChoice, type Reached } from './reach-server.ts'
import type { Terminal } from './terminal.ts'
import { isOver, watchJob, type Watcher } from './watch-job.ts'

interface Flags {
  dataDir?: string
  url?: string
  plain?: boolean
  json?: boolean
}

/** Gets the job from `begin` once a server is reached, watches it and reports its end; resolves with the exit code. */
export async function carryThrough(
  begin: (reached: Reached) => Promise<JobView>,
  flags: Flags,
  terminal: Terminal,
): Promise<number> {
  const interrupt = onInterrupt()
  const course: Course = { job: null, told: 0 }
  try {
    for (;;) {
      const code = await onOneServer(course, begin, flags, terminal, interrupt)
      if (code !== null) return code
    }
  } finally {
    interrupt.close()
  }
}

/** Continues the job on one server; returns null when that server belonged to another command and has ended. */
async function onOneServer(
  course: Course,
  begin: (reached: Reached) => Promise<JobView>,
  flags: Flags,
  terminal: Terminal,
  interrupt: Interrupt,
): Promise<number | null> {
  const reaching = reachServer(serverChoice(flags))
  const reached = await (flags.json === true
    ? reaching
    : whileSaying('Reaching the server…', terminal, reaching))
  try {
    return await followThrough(course, begin, reached, flags, terminal, interrupt)
  } catch (error) {
    const isLost = error instanceof ApiError && error.code === 'unreachable'
    if (reached.isBorrowed && isLost && interrupt.exitCode() === null) return null
    throw error
  } finally {
    await reached.close()
  }
}

/** The progress of a command, over all servers that it uses: its job, and the `seq` of the last event shown. */
interface Course {
  job: JobView | null
  told: number
}

async function followThrough(
  course: Course,
  begin: (reached: Reached) => Promise<JobView>,
  reached: Reached,
  flags: Flags,
  terminal: Terminal,
  interrupt: Interrupt,
): Promise<number> {
  const interrupted = interrupt.exitCode()
  if (interrupted !== null && course.job === null) {
    terminal.note('Interrupted: no job was made.')
    return interrupted
  }
  const begun = course.job ?? (await begin(reached))
  course.job = begun
  if (flags.json !== true)
    terminal.print(`Job ${shortId(begun.id)} on ${cleanLine(begun.backend)}, server ${reached.client.url}`)
  const job = await watched(reached, course, begun, openViewer(begun, flags, terminal), interrupt.signal)
  if (isOver(job)) return ended(reached.client, job, flags, terminal)
  terminal.note(kept(job, reached))
  return interrupt.exitCode() ?? exitCodes.interrupted
}

function openViewer(job: JobView, flags: Flags, terminal: Terminal): Viewer {
  if (flags.json === true) return openRemarks(terminal)
  return terminal.isLive && flags.plain !== true
    ? openBoardViewer(terminal)
    : openLines(terminal, job.created_at)
}

/** Like `watchJob`; rejects when the command's own server ends, or the connection to a borrowed one is lost. */
async function watched(
  reached: Reached,
  course: Course,
  job: JobView,
  viewer: Viewer,
  signal: AbortSignal,
): Promise<JobView> {
  const over = new AbortController()
  const lost = Promise.withResolvers<never>()
  const stop = AbortSignal.any([signal, over.signal])
  const watcher: Watcher = {
    event(event) {
      course.told = event.seq
      viewer.event(event)
    },
    update: (snapshot) => viewer.update(snapshot),
  }
  const onLost = (): void => lost.reject(unreachable(reached.client.url, null))
  try {
    const watching = watchJob(reached.client, job.id, watcher, stop, {
      after: course.told,
      onLost: reached.isBorrowed ? onLost : undefined,
    })
    return await Promise.race([watching, lost.promise, ...(reached.own === null ? [] : [reached.own.ended])])
  } finally {
    over.abort()
    viewer.close()
  }
}

async function ended(client: Client, job: JobView, flags: Flags, terminal: Terminal): Promise<number> {
  const [tasks, evidence] = await Promise.all([client.tasks(job.id), client.checks(job.id)])
  if (flags.json === true) terminal.printJson({ job, tasks, ...evidence })
  else terminal.print(`\n${renderEnding({ job, tasks, evidence }, terminal.size().width, terminal.paint)}`)
  return job.status === 'completed' ? exitCodes.done : exitCodes.failed
}

function kept(job: JobView, reached: Reached): string {
  const id = shortId(job.id)
  const where =
    reached.own === null
      ? 'The server goes on working on it.'
      : 'It waits; the server of this command is being stopped.'
  return [
    `The job is kept. ${where}`,
    `  slipway watch ${id}    ${reached.own === null ? 'watch it again' : 'go on with it'}`,
    `  slipway cancel ${id}   give it up`,
  ].join('\n')
}
