/** `slipway cancel`: cancels an unfinished job or task. The repository and the history are kept. */
import type { Command } from 'commander'
import { timeLimit } from '../../lib/timers.ts'
import { addExamples } from '../command-kit.ts'
import { findTask } from '../find-in-job.ts'
import { cleanLine } from '../clean-text.ts'
import { onInterrupt } from '../interrupt.ts'
import { findJobId, shortId } from '../job-id.ts'
import { openNothing } from '../job-viewers.ts'
import { addServerOptions, reachServer, serverChoice, withServer } from '../reach-server.ts'
import { sayJob, type ActFlags } from '../say-job.ts'
import type { Terminal } from '../terminal.ts'
import { watchJob } from '../watch-job.ts'

interface Flags extends ActFlags {
  task?: string
}

export function addCancel(program: Command, terminal: Terminal): void {
  const command = program
    .command('cancel')
    .description('cancel a job, or one task of it; its processes are ended, its work is kept')
    .argument('<id>', 'the job, or the beginning of its id')
    .option('--task <task>', 'only this task, by its key or id; the job goes on with the rest')
    .option('--json', 'as JSON')
    .action((given: string, flags: Flags) =>
      flags.task === undefined
        ? cancel(given, flags, terminal)
        : cancelTask(given, flags.task, flags, terminal),
    )
  addExamples(addServerOptions(command), [
    ['slipway cancel 01934c1e-8a2b', 'end this job'],
    ['slipway cancel 01934c1e-8a2b --task docs', 'leave this task out'],
  ])
}

async function cancelTask(given: string, key: string, flags: Flags, terminal: Terminal): Promise<void> {
  await withServer(flags, async (client, reached) => {
    const id = await findJobId(client, given)
    const task = await findTask(client, id, key)
    const job = await client.cancelTask(id, task.task_id)
    sayJob(`"${cleanLine(task.title)}" ends as soon as its processes have.`, job, reached, flags, terminal)
  })
}

/** Reports `cancelled` only when the job is, which is when its last process has ended: that needs a server that works. */
async function cancel(given: string, flags: Flags, terminal: Terminal): Promise<void> {
  const reached = await reachServer(serverChoice(flags), { workers: 1 })
  const interrupt = onInterrupt()
  try {
    const id = await findJobId(reached.client, given)
    await reached.client.cancel(id)
    const job = await watchJob(
      reached.client,
      id,
      openNothing(),
      AbortSignal.any([interrupt.signal, timeLimit(60_000)]),
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
