/** `slipway show`: shows one job with its plan and its team. */
import type { Command } from 'commander'
import { clock } from '../../lib/clock.ts'
import type { Snapshot } from '../screen/board-frame.ts'
import { cleanBlock, cleanLine } from '../screen/clean-text.ts'
import { addExamples, type ServerFlags } from '../command-kit.ts'
import { spanMs } from '../screen/duration.ts'
import { findJobId } from '../job-id.ts'
import { demoNote, formatTime, formatUsage } from '../job-report.ts'
import { addServerOptions, withServer } from '../server/reach-server.ts'
import { renderTable, type Cell } from '../screen/table.ts'
import type { Paint, Terminal } from '../screen/terminal.ts'
import { readJobSnapshot } from '../watch-job.ts'
import { statusTone } from './jobs.ts'

/** The number of characters shown of the vision; `--json` has all of it. */
const visionLimit = 600

export function addShow(program: Command, terminal: Terminal): void {
  const command = program
    .command('show')
    .description('show one job: its progress, its tasks, its team')
    .argument('<id>', 'the job, or the beginning of its id')
    .option('--json', 'as JSON')
    .action(async (jobRef: string, flags: ServerFlags & { json?: boolean }) => {
      const snapshot = await withServer(flags, async (client) =>
        readJobSnapshot(client, await findJobId(client, jobRef)),
      )
      if (flags.json === true) terminal.printJson(snapshot)
      else terminal.print(renderJob(snapshot, clock.now(), terminal.size().width, terminal.paint))
    })
  addExamples(addServerOptions(command), [
    ['slipway show 01934c1e-8a2b', 'by the beginning of its id'],
    ['slipway show 01934c1e-8a2b --json', 'for a program'],
  ])
}

/** Pure; `now` in milliseconds since the epoch. */
export function renderJob(snapshot: Snapshot, now: number, width: number, paint: Paint): string {
  const { job } = snapshot
  const field = (name: string, value: string | null): string[] =>
    value === null ? [] : [`${paint('dim', name.padEnd(12))}${cleanLine(value)}`]
  const span = spanMs(job.created_at, job.completed_at, now)
  const vision = cleanBlock(job.vision)
  const status = paint(statusTone(job.status), job.status)
  return [
    paint('bold', cleanLine(job.title)),
    ...field('Job', job.id),
    `${paint('dim', 'Status'.padEnd(12))}${status}, ${job.current_phase}, ${job.progress}%`,
    ...field(
      'Waits for',
      job.wait === null ? null : `${job.wait.for} since ${job.wait.since}: ${job.wait.on}`,
    ),
    ...field('Proof', job.proof_reason === null ? job.proof : `${job.proof ?? 'none'}: ${job.proof_reason}`),
    ...field('Error', job.error),
    ...field('Backend', `${job.backend}, ${job.mode}`),
    ...field('Demo', job.demo ? demoNote : null),
    ...field('Took', span === null ? null : formatTime(job, span, now)),
    ...field('Usage', formatUsage(job.usage)),
    ...field('Repository', job.workspace_path),
    ...field('Branch', job.branch),
    ...field('Commit', job.head_commit),
    '',
    vision.length > visionLimit ? `${vision.slice(0, visionLimit)}…` : vision,
    ...taskTable(snapshot.tasks, width, paint),
    ...agentTable(snapshot.agents, width, paint),
  ].join('\n')
}

function taskTable(tasks: Snapshot['tasks'], width: number, paint: Paint): string[] {
  if (tasks.length === 0) return []
  const columns = [
    { title: 'TASK' },
    { title: 'TITLE', flexible: true },
    { title: 'AGENT' },
    { title: 'TRIES' },
    { title: 'ERROR', flexible: true },
  ]
  const rows = tasks
    .toSorted((a, b) => a.position - b.position)
    .map((task) => [task.status, task.title, task.agent, String(task.attempts), task.error ?? ''])
  return ['', renderTable(columns, rows.map(plainCells), width, paint)]
}

function agentTable(agents: Snapshot['agents'], width: number, paint: Paint): string[] {
  if (agents.length === 0) return []
  const columns = [
    { title: 'AGENT' },
    { title: 'ROLE' },
    { title: 'BACKEND' },
    { title: 'STATUS' },
    { title: 'LAST', flexible: true },
  ]
  const rows = agents.map((agent) => [
    agent.name,
    agent.role,
    agent.backend,
    agent.status,
    agent.last_activity ?? '',
  ])
  return ['', renderTable(columns, rows.map(plainCells), width, paint)]
}

function plainCells(row: readonly string[]): Cell[] {
  return row.map((text) => ({ text }))
}
