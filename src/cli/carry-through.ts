/**
 * Takes a job from its current state to its end while a person watches. The exit code reflects the outcome, Ctrl-C keeps the
 * job and prints how to continue it, and a server that the command started ends with the command.
 */
import { ApiError } from '../client/api-error.ts'
import type { Client } from '../client/open-client.ts'
import { unreachable } from '../client/request.ts'
import type { JobView } from '../client/views.ts'
import { cleanLine } from './screen/clean-text.ts'
import { exitCodes } from './failure.ts'
import { onInterrupt, type Interrupt } from './interrupt.ts'
import { renderEnding } from './job-report.ts'
import { shortId } from './job-id.ts'
import { openBoardViewer, openLines, openRemarks, whileSaying, type Viewer } from './job-viewers.ts'
import { connectToServer, serverChoice, type ServerConnection } from './server/reach-server.ts'
import type { Terminal } from './screen/terminal.ts'
import { isOver, watchJob, type Watcher } from './watch-job.ts'

interface Flags {
  dataDir?: string
  url?: string
  plain?: boolean
  json?: boolean
}

/** Gets the job from `begin` once a server is reached, watches it and reports its end; resolves with the exit code. */
export async function runToEnd(
  begin: (connection: ServerConnection) => Promise<JobView>,
  flags: Flags,
  terminal: Terminal,
): Promise<number> {
  const interrupt = onInterrupt()
  const progress: Progress = { job: null, lastSeq: 0 }
  try {
    for (;;) {
      const code = await runOnServer(progress, begin, flags, terminal, interrupt)
      if (code !== null) return code
    }
  } finally {
    interrupt.close()
  }
}

/** Continues the job on one server; returns null when that server belonged to another command and has ended. */
async function runOnServer(
  progress: Progress,
  begin: (connection: ServerConnection) => Promise<JobView>,
  flags: Flags,
  terminal: Terminal,
  interrupt: Interrupt,
): Promise<number | null> {
  const connecting = connectToServer(serverChoice(flags))
  const connection = await (flags.json === true
    ? connecting
    : whileSaying('Reaching the server…', terminal, connecting))
  try {
    return await followToEnd(progress, begin, connection, flags, terminal, interrupt)
  } catch (error) {
    const isLost = error instanceof ApiError && error.code === 'unreachable'
    if (connection.isShared && isLost && interrupt.exitCode() === null) return null
    throw error
  } finally {
    await connection.close()
  }
}

/** The progress of a command, over all servers that it uses: its job, and the `seq` of the last event shown. */
interface Progress {
  job: JobView | null
  lastSeq: number
}

async function followToEnd(
  progress: Progress,
  begin: (connection: ServerConnection) => Promise<JobView>,
  connection: ServerConnection,
  flags: Flags,
  terminal: Terminal,
  interrupt: Interrupt,
): Promise<number> {
  const interrupted = interrupt.exitCode()
  if (interrupted !== null && progress.job === null) {
    terminal.note('Interrupted: no job was made.')
    return interrupted
  }
  const begun = progress.job ?? (await begin(connection))
  progress.job = begun
  if (flags.json !== true)
    terminal.print(`Job ${shortId(begun.id)} on ${cleanLine(begun.backend)}, server ${connection.client.url}`)
  const job = await watchUntilOver(
    connection,
    progress,
    begun,
    openViewer(begun, flags, terminal),
    interrupt.signal,
  )
  if (isOver(job)) return ended(connection.client, job, flags, terminal)
  terminal.note(resumeHint(job, connection))
  return interrupt.exitCode() ?? exitCodes.interrupted
}

function openViewer(job: JobView, flags: Flags, terminal: Terminal): Viewer {
  if (flags.json === true) return openRemarks(terminal)
  return terminal.isLive && flags.plain !== true
    ? openBoardViewer(terminal)
    : openLines(terminal, job.created_at)
}

/** Like `watchJob`; rejects when the command's own server ends, or the connection to a borrowed one is lost. */
async function watchUntilOver(
  connection: ServerConnection,
  progress: Progress,
  job: JobView,
  viewer: Viewer,
  signal: AbortSignal,
): Promise<JobView> {
  const over = new AbortController()
  const lost = Promise.withResolvers<never>()
  const stop = AbortSignal.any([signal, over.signal])
  const watcher: Watcher = {
    event(event) {
      progress.lastSeq = event.seq
      viewer.event(event)
    },
    update: (snapshot) => viewer.update(snapshot),
  }
  const onLost = (): void => lost.reject(unreachable(connection.client.url, null))
  try {
    const watching = watchJob(connection.client, job.id, watcher, stop, {
      after: progress.lastSeq,
      onLost: connection.isShared ? onLost : undefined,
    })
    return await Promise.race([
      watching,
      lost.promise,
      ...(connection.own === null ? [] : [connection.own.ended]),
    ])
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

function resumeHint(job: JobView, connection: ServerConnection): string {
  const id = shortId(job.id)
  const state =
    connection.own === null
      ? 'The server continues to work on it.'
      : 'It waits; the server of this command is being stopped.'
  return [
    `The job is kept. ${state}`,
    `  slipway watch ${id}    ${connection.own === null ? 'watch it again' : 'continue it'}`,
    `  slipway cancel ${id}   give it up`,
  ].join('\n')
}
