/** `slipway cancel`: the end of a job that is not over. Its repository and its history stay. */
import type { Command } from 'commander'
import { addExamples, type ServerFlags } from '../command-kit.ts'
import { cleanLine } from '../clean-text.ts'
import { onInterrupt } from '../interrupt.ts'
import { findJobId, shortId } from '../job-id.ts'
import { openNothing } from '../job-viewers.ts'
import { addServerOptions, reachServer, serverChoice } from '../reach-server.ts'
import type { Terminal } from '../terminal.ts'
import { watchJob } from '../watch-job.ts'

export function addCancel(program: Command, terminal: Terminal): void {
  const command = program
    .command('cancel')
    .description('cancel a job; its processes are ended, its work is kept')
    .argument('<id>', 'the job, or the beginning of its id')
    .option('--json', 'as JSON')
    .action((given: string, flags: ServerFlags & { json?: boolean }) => cancel(given, flags, terminal))
  addExamples(addServerOptions(command), [['slipway cancel 01934c1e-8a2b', 'end this job']])
}

/** `cancelled` is said when the job is, which is when its last process has gone: that needs a server that works. */
async function cancel(
  given: string,
  flags: ServerFlags & { json?: boolean },
  terminal: Terminal,
): Promise<void> {
  const reached = await reachServer(serverChoice(flags), { workers: 1 })
  const interrupt = onInterrupt()
  try {
    const id = await findJobId(reached.client, given)
    await reached.client.cancel(id)
    const job = await watchJob(
      reached.client,
      id,
      openNothing(),
      AbortSignal.any([interrupt.signal, AbortSignal.timeout(60_000)]),
    )
    if (flags.json === true) terminal.printJson(job)
    else if (job.status === 'cancelled')
      terminal.print(`Job ${shortId(id)} is cancelled: ${cleanLine(job.title)}`)
    else terminal.print(`Job ${shortId(id)} is ${job.status}; it ends when its processes have ended.`)
  } finally {
    interrupt.close()
    await reached.close()
  }
}
