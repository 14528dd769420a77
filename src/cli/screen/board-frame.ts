/**
 * Draws a job for the terminal: one line for the job, a bar, one line for each task. Pure: the same snapshot, size and time
 * give the same lines, each narrower than the terminal (in the last column the cursor position differs between terminals)
 * and at most as many as it has rows.
 */
import stringWidth from 'string-width'
import type { AgentView, JobView, TaskView } from '../../client/views.ts'
import { waitHint } from './wait-hint.ts'
import { cleanLine } from './clean-text.ts'
import { onClock, spanMs } from './duration.ts'
import type { Paint, Tone } from './terminal.ts'
import { fit, pad } from './fit-text.ts'

export interface Snapshot {
  readonly job: JobView
  readonly tasks: readonly TaskView[]
  readonly agents: readonly AgentView[]
}

export interface Canvas {
  readonly width: number
  readonly height: number
  readonly paint: Paint
  /** Milliseconds since the epoch; drives the spinner and the clocks. */
  readonly now: number
}

const spinner = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const clockWidth = 7
const nameWidth = 16

export function drawBoard({ job, tasks, agents }: Snapshot, canvas: Canvas): string[] {
  const head = [
    jobLine(job, canvas),
    progressLine(job, canvas),
    ...waitLine(job, canvas),
    ...hintLines(job, canvas),
    '',
  ]
  const room = Math.max(1, canvas.height - head.length - 2)
  const drawn = tasks
    .toSorted((a, b) => a.position - b.position)
    .map((task) => taskLines(task, agents, canvas))
  return [...head, ...withinRoom(tasks, drawn, room, canvas)]
}

function spinnerFrame(now: number): string {
  return spinner[Math.floor(now / 100) % spinner.length] ?? '⠋'
}

function jobLine(job: JobView, { width, paint, now }: Canvas): string {
  const clock = onClock(spanMs(job.created_at, job.completed_at, now) ?? 0)
  const phase = job.current_phase
  const left = fit(cleanLine(job.title), Math.max(8, width - stringWidth(phase) - clock.length - 7))
  const space = ' '.repeat(Math.max(1, width - stringWidth(left) - stringWidth(phase) - clock.length - 6))
  return `${paint('cyan', spinnerFrame(now))} ${paint('bold', left)}${space}${paint('cyan', phase)}  ${paint('dim', clock)}`
}

function progressLine(job: JobView, { width, paint }: Canvas): string {
  const cells = Math.max(4, Math.min(60, width - 9))
  const full = Math.round((cells * job.progress) / 100)
  return `  ${paint('green', '━'.repeat(full))}${paint('dim', '─'.repeat(cells - full))} ${String(job.progress).padStart(3)}%`
}

function waitLine(job: JobView, { width, paint, now }: Canvas): string[] {
  if (job.wait === null) return []
  const since = onClock(spanMs(job.wait.since, null, now) ?? 0)
  return [
    paint('yellow', fit(`  waiting for ${job.wait.for} (${since}): ${cleanLine(job.wait.on)}`, width - 1)),
  ]
}

/** The number of rows needed for the job, its wait and a few tasks before hints are shown. */
const rowsBeforeHints = 8

function hintLines(job: JobView, { width, height, paint }: Canvas): string[] {
  return (waitHint(job) ?? [])
    .slice(0, Math.max(0, height - rowsBeforeHints))
    .map((line) => paint('dim', fit(`  ${line}`, width - 1)))
}

interface StatusStyle {
  readonly icon: string
  readonly tone: Tone
}

function statusStyle(status: TaskView['status'], now: number): StatusStyle {
  switch (status) {
    case 'running':
    case 'review':
      return { icon: spinnerFrame(now), tone: 'cyan' }
    case 'completed':
      return { icon: '✓', tone: 'green' }
    case 'failed':
      return { icon: '✗', tone: 'red' }
    case 'skipped':
    case 'cancelled':
      return { icon: '–', tone: 'dim' }
    case 'pending':
    case 'ready':
      return { icon: '·', tone: 'dim' }
  }
}

function taskLines(task: TaskView, agents: readonly AgentView[], canvas: Canvas): string[] {
  const { width, paint, now } = canvas
  const { icon, tone } = statusStyle(task.status, now)
  const isBusy = task.status === 'running' || task.status === 'review'
  const ms = spanMs(task.started_at, task.completed_at, now)
  const clock = (
    ms === null || task.status === 'pending' || task.status === 'ready' ? '' : onClock(ms)
  ).padStart(clockWidth)
  const titleWidth = Math.max(8, width - nameWidth - clockWidth - 8)
  const tries = task.attempts > 1 ? ` (try ${task.attempts})` : ''
  const title = pad(`${fit(cleanLine(task.title), titleWidth - tries.length)}${tries}`, titleWidth)
  const agentName = pad(cleanLine(task.agent), nameWidth)
  const body = isBusy ? title : paint('dim', title)
  const line = `  ${paint(tone, icon)} ${body}  ${paint('dim', `${agentName}${clock}`)}`
  const activity = isBusy
    ? agents.find((agent) => agent.task_id === task.task_id && agent.status === 'working')?.last_activity
    : null
  if (activity === null || activity === undefined || activity === '') return [line]
  return [line, paint('dim', `    ${fit(cleanLine(activity), width - 6)}`)]
}

/** Returns the lines of all tasks when they fit; otherwise those of running tasks and the next ones, and the number left out. */
function withinRoom(
  tasks: readonly TaskView[],
  drawn: readonly string[][],
  room: number,
  { paint }: Canvas,
): string[] {
  const all = drawn.flat()
  if (all.length <= room) return all
  const ordered = tasks.toSorted((a, b) => a.position - b.position)
  const rank = (index: number): number => {
    const status = ordered[index]?.status
    if (status === 'running' || status === 'review') return 0
    if (status === 'failed') return 1
    return status === 'ready' || status === 'pending' ? 2 : 3
  }
  const chosen: number[] = []
  let used = 0
  for (const index of [...drawn.keys()].sort((a, b) => rank(a) - rank(b) || a - b)) {
    const height = drawn[index]?.length ?? 0
    if (used + height > room - 1) break
    chosen.push(index)
    used += height
  }
  const lines = chosen.sort((a, b) => a - b).flatMap((index) => drawn[index] ?? [])
  return [...lines, paint('dim', `  … and ${drawn.length - chosen.length} more tasks`)]
}
