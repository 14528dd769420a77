/** Reports the state of a job after an action on it, and how to follow its progress. */
import type { JobView } from '../client/views.ts'
import type { ServerFlags } from './command-kit.ts'
import { shortId } from './job-id.ts'
import type { ServerConnection } from './server/reach-server.ts'
import type { Terminal } from './screen/terminal.ts'

export interface ActionFlags extends ServerFlags {
  json?: boolean
}

/** `what` is the beginning of the sentence about the action. */
export function reportJob(
  sentence: string,
  job: JobView,
  { own }: ServerConnection,
  flags: ActionFlags,
  terminal: Terminal,
): void {
  if (flags.json === true) return terminal.printJson(job)
  const id = shortId(job.id)
  terminal.print(
    `${sentence} ${own === null ? 'Watch the job' : 'No server is running; continue the job'}: slipway watch ${id}`,
  )
}
