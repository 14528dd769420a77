/** `slipway logs`: prints the events of a job. */
import type { Command } from 'commander'
import type { Client } from '../../client/open-client.ts'
import type { EventView } from '../../client/views.ts'
import { addExamples, wholeNumber, type ServerFlags } from '../command-kit.ts'
import { eventLine, isDetail } from '../screen/event-line.ts'
import { onInterrupt } from '../interrupt.ts'
import { findJobId } from '../job-id.ts'
import { addServerOptions, withServer } from '../server/reach-server.ts'
import type { Terminal } from '../screen/terminal.ts'
import { isOver, watchJob } from '../watch-job.ts'

interface Flags extends ServerFlags {
  follow?: boolean
  after: number
  brief?: boolean
  json?: boolean
}

export function addLogs(program: Command, terminal: Terminal): void {
  const command = program
    .command('logs')
    .description('print the events of a job')
    .argument('<id>', 'the job, or the beginning of its id')
    .option('-f, --follow', 'continue until the job has ended')
    .option('--after <seq>', 'only events after this number', wholeNumber(0, Number.MAX_SAFE_INTEGER), 0)
    .option('--brief', 'leave out what agents do moment by moment')
    .option('--json', 'one JSON object on each line')
    .action((jobRef: string, flags: Flags) =>
      withServer(flags, async (client) => print(client, await findJobId(client, jobRef), flags, terminal)),
    )
  addExamples(addServerOptions(command), [
    ['slipway logs 01934c1e-8a2b', 'everything so far'],
    ['slipway logs 01934c1e-8a2b -f --brief', 'the outline, as it happens'],
    ['slipway logs 01934c1e-8a2b --json | jq .type', 'for a program'],
  ])
}

async function print(client: Client, id: string, flags: Flags, terminal: Terminal): Promise<void> {
  const { created_at: from } = await client.getJob(id)
  const show = (event: EventView): void => {
    if (flags.brief === true && isDetail(event)) return
    if (flags.json === true) terminal.printJsonLine(event)
    else terminal.print(eventLine(event, from, terminal.paint))
  }
  const last = await printPages(client, id, flags.after, show)
  if (flags.follow === true) await follow(client, id, last, show)
}

async function printPages(
  client: Client,
  id: string,
  after: number,
  show: (event: EventView) => void,
): Promise<number> {
  let cursor = after
  for (;;) {
    const events = await client.events(id, cursor)
    const last = events.at(-1)
    if (last === undefined) return cursor
    for (const event of events) show(event)
    cursor = last.seq
  }
}

async function follow(
  client: Client,
  id: string,
  after: number,
  show: (event: EventView) => void,
): Promise<void> {
  const interrupt = onInterrupt()
  try {
    const job = await watchJob(client, id, { event: show, update: () => {} }, interrupt.signal, { after })
    if (!isOver(job)) process.exitCode = interrupt.exitCode() ?? 0
  } finally {
    interrupt.close()
  }
}
