/** `slipway sessions`: lists the logged-in browsers and logs them out. */
import type { Command } from 'commander'
import type { SessionView } from '../../client/views.ts'
import { clock } from '../../lib/clock.ts'
import { addExamples, type ServerFlags } from '../command-kit.ts'
import { formatDuration, spanMs } from '../screen/duration.ts'
import { badUsage, Failure } from '../failure.ts'
import { addServerOptions, withServer } from '../server/reach-server.ts'
import { renderTable } from '../screen/table.ts'
import type { Paint, Terminal } from '../screen/terminal.ts'

export function addSessions(program: Command, terminal: Terminal): void {
  const command = program
    .command('sessions')
    .description('list the browsers that are logged in, or log one out')
  const list = command
    .command('list', { isDefault: true })
    .description('list them, the last seen first')
    .option('--json', 'as JSON')
    .action(async (flags: ServerFlags & { json?: boolean }) => {
      const sessions = await withServer(flags, (client) => client.sessions())
      if (flags.json === true) terminal.printJson({ sessions })
      else terminal.print(renderSessions(sessions, clock.now(), terminal.size().width, terminal.paint))
    })
  addServerOptions(list)
  const end = command
    .command('end')
    .description('log browsers out')
    .argument('[id]', 'the session')
    .option('--all', 'every session')
    .action((id: string | undefined, flags: ServerFlags & { all?: boolean }) =>
      endSessions(id, flags, terminal),
    )
  addServerOptions(end)
  addExamples(command, [
    ['slipway sessions', 'list them'],
    ['slipway sessions end <id>', 'log this browser out'],
    ['slipway sessions end --all', 'log all of them out'],
  ])
}

async function endSessions(
  id: string | undefined,
  flags: ServerFlags & { all?: boolean },
  terminal: Terminal,
): Promise<void> {
  if ((id === undefined) === (flags.all !== true))
    throw badUsage('name a session, or use --all', 'slipway sessions lists them')
  const ended = await withServer(flags, async (client) => {
    const there = await client.sessions()
    const chosen = there.filter((session) => id === undefined || session.id === id.toLowerCase())
    if (id !== undefined && chosen.length === 0)
      throw new Failure(`there is no session ${id}`, { hint: 'slipway sessions lists them' })
    for (const session of chosen) await client.endSession(session.id)
    return chosen.length
  })
  terminal.print(ended === 1 ? 'One browser is logged out.' : `${ended} browsers are logged out.`)
}

/** Pure. */
export function renderSessions(
  sessions: readonly SessionView[],
  now: number,
  width: number,
  paint: Paint,
): string {
  if (sessions.length === 0)
    return 'No browser is logged in. slipway token --link prints a link that logs one in.'
  const rows = sessions.map((session) => [
    { text: session.id },
    { text: `${formatDuration(spanMs(session.last_seen_at, null, now) ?? 0)} ago` },
    { text: session.created_at.slice(0, 10) },
    { text: session.user_agent, tone: 'dim' as const },
  ])
  const columns = [
    { title: 'SESSION' },
    { title: 'SEEN' },
    { title: 'SINCE' },
    { title: 'BROWSER', flexible: true },
  ]
  return renderTable(columns, rows, width, paint)
}
