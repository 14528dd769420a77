/**
 * A job from wherever it stands to its end, with a person watching. Promises: the exit code tells the truth about the
 * outcome, Ctrl-C keeps the job and says how to go on with it, and a server of the command's own ends with the command.
 */
import type { Client } from '../client/open-client.ts'
import type { JobView } from '../client/views.ts'
import { cleanLine } from './clean-text.ts'
import { exitCodes } from './failure.ts'
import { onInterrupt, type Interrupt } from './interrupt.ts'
import { renderEnding } from './job-report.ts'
import { shortId } from './job-id.ts'
import { openBoard, openLines, openRemarks, whileSaying, type Viewer } from './job-viewers.ts'
import { reachServer, serverChoice, type Reached } from './reach-server.ts'
import type { Terminal } from './terminal.ts'
import { isOver, watchJob } from './watch-job.ts'

interface Flags {
  dataDir?: string
  url?: string
  plain?: boolean
  json?: boolean
}

/** Gets the job from `begin` once a server is reached, watches it, reports its end; resolves with the exit code. */
export async function carryThrough(
  begin: (reached: Reached) => Promise<JobView>,
  flags: Flags,
  terminal: Terminal,
): Promise<number> {
  const interrupt = onInterrupt()
  try {
    const reaching = reachServer(serverChoice(flags))
    const reached = await (flags.json === true
      ? reaching
      : whileSaying('Reaching the server…', terminal, reaching))
    try {
      return await followThrough(begin, reached, flags, terminal, interrupt)
    } finally {
      await reached.close()
    }
  } finally {
    interrupt.close()
  }
}

async function followThrough(
  begin: (reached: Reached) => Promise<JobView>,
  reached: Reached,
  flags: Flags,
  terminal: Terminal,
  interrupt: Interrupt,
): Promise<number> {
  const interrupted = interrupt.exitCode()
  if (interrupted !== null) {
    terminal.note('Interrupted: no job was made.')
    return interrupted
  }
  const begun = await begin(reached)
  if (flags.json !== true)
    terminal.print(`Job ${shortId(begun.id)} on ${cleanLine(begun.backend)}, server ${reached.client.url}`)
  const job = await watched(reached, begun, openViewer(begun, flags, terminal), interrupt.signal)
  if (isOver(job)) return ended(reached.client, job, flags, terminal)
  terminal.note(kept(job, reached))
  return interrupt.exitCode() ?? exitCodes.interrupted
}

function openViewer(job: JobView, flags: Flags, terminal: Terminal): Viewer {
  if (flags.json === true) return openRemarks(terminal)
  return terminal.isLive && flags.plain !== true ? openBoard(terminal) : openLines(terminal, job.created_at)
}

/** As `watchJob`; ends with an error when the command's own server does. */
async function watched(
  reached: Reached,
  job: JobView,
  viewer: Viewer,
  signal: AbortSignal,
): Promise<JobView> {
  const serverEnded = new AbortController()
  const stop = AbortSignal.any([signal, serverEnded.signal])
  try {
    const watching = watchJob(reached.client, job.id, viewer, stop)
    return await (reached.own === null ? watching : Promise.race([watching, reached.own.ended]))
  } finally {
    serverEnded.abort()
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
