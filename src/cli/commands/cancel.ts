/** `slipway cancel`: cancels an unfinished job or task. The repository and the history are kept. */
import type { Command } from 'commander'
import { timeLimit } from '../../lib/timers.ts'
import { addExamples } from '../command-kit.ts'
import { findTask } from '../find-in-job.ts'
import { cleanLine } from '../screen/clean-text.ts'
import { onInterrupt } from '../interrupt.ts'
import { findJobId, shortId } from '../job-id.ts'
import { openNothing } from '../job-viewers.ts'
import { addServerOptions, connectToServer, serverChoice, withServer } from '../server/reach-server.ts'
import { reportJob, type ActionFlags } from '../say-job.ts'
import type { Terminal } from '../screen/terminal.ts'
import { watchJob } from '../watch-job.ts'

interface Flags extends ActionFlags {
  task?: string
}

export function addCancel(program: Command, terminal: Terminal): void {
  const command = program
    .command('cancel')
    .description('cancel a job, or one task of it; its processes are ended, its work is kept')
    .argument('<id>', 'the job, or the beginning of its id')
    .option('--task <task>', 'only this task, by its key or id; the job continues with the rest')
    .option('--json', 'as JSON')
    .action((jobRef: string, flags: Flags) =>
      flags.task === undefined
        ? cancel(jobRef, flags, terminal)
        : cancelTask(jobRef, flags.task, flags, terminal),
    )
  addExamples(addServerOptions(command), [
    ['slipway cancel 01934c1e-8a2b', 'end this job'],
    ['slipway cancel 01934c1e-8a2b --task docs', 'leave this task out'],
  ])
}

async function cancelTask(jobRef: string, key: string, flags: Flags, terminal: Terminal): Promise<void> {
  await withServer(flags, async (client, connection) => {
    const id = await findJobId(client, jobRef)
    const task = await findTask(client, id, key)
    const job = await client.cancelTask(id, task.task_id)
    reportJob(
      `"${cleanLine(task.title)}" ends as soon as its processes have.`,
      job,
      connection,
      flags,
      terminal,
    )
  })
}

/** Reports `cancelled` only when the job is, which is when its last process has ended: that needs a server that works. */
async function cancel(jobRef: string, flags: Flags, terminal: Terminal): Promise<void> {
  const connection = await connectToServer(serverChoice(flags), { workers: 1 })
  const interrupt = onInterrupt()
  try {
    const id = await findJobId(connection.client, jobRef)
    await connection.client.cancel(id)
    const job = await watchJob(
      connection.client,
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
    await connection.close()
  }
}
