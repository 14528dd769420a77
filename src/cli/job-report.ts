/**
 * Reports the end of a job: the location of the repository, the proof and its evidence, the duration, and the next steps.
 * Pure. Prints "proven" only if the server reported it.
 */
import type { Evidence } from '../client/open-client.ts'
import { needsPerson, type CheckView, type JobView, type TaskView } from '../client/views.ts'
import { clock } from '../lib/clock.ts'
import { cleanBlock, cleanLine } from './screen/clean-text.ts'
import { formatDuration, spanMs } from './screen/duration.ts'
import { shortId } from './job-id.ts'
import type { Paint } from './screen/terminal.ts'
import { fit } from './screen/fit-text.ts'

export interface Ending {
  readonly job: JobView
  readonly tasks: readonly TaskView[]
  readonly evidence: Evidence
}

export const demoNote =
  'Built by the offline demo from a blueprint: no model was involved. Connect an agent: slipway backends --help'

/** The number of lines shown of a failed check's log. */
const logLines = 15

export function renderEnding({ job, tasks, evidence }: Ending, width: number, paint: Paint): string {
  const now = clock.now()
  const duration = formatTime(job, spanMs(job.created_at, job.completed_at, now) ?? 0, now)
  const done = tasks.filter((task) => task.status === 'completed').length
  const lines = [
    headline(job, duration, paint),
    ...(job.demo ? [paint('dim', demoNote)] : []),
    ...(job.proof_reason === null ? [] : [paint('yellow', cleanLine(job.proof_reason))]),
    '',
    ...(job.error === null ? [] : [paint('red', cleanLine(job.error)), '']),
    ...(job.status === 'completed' ? [] : failureLines(tasks, paint)),
    ...locationLines(job, `${done} of ${tasks.length} done`, paint),
    '',
    ...proof(job, evidence, width, paint),
    ...nextSteps(job, paint),
  ]
  return lines.join('\n').trimEnd()
}

function headline(job: JobView, duration: string, paint: Paint): string {
  const title = paint('bold', cleanLine(job.title))
  if (job.status === 'failed') return `${paint('red', '✗ Failed')}  ${title} after ${duration}`
  if (job.status === 'cancelled') return `${paint('yellow', '– Cancelled')}  ${title} after ${duration}`
  const label = {
    proven: job.demo ? paint('dim', '○ Demo, its checks pass') : paint('green', '✓ Proven'),
    partial: paint('yellow', '! Partly proven'),
    unproven: paint('yellow', '! Unproven'),
  }
  return `${label[job.proof ?? 'unproven']}  ${title} in ${duration}`
}

function failureLines(tasks: readonly TaskView[], paint: Paint): string[] {
  const failed = tasks.filter((task) => task.status === 'failed')
  if (failed.length === 0) return []
  return [
    ...failed.map(
      (task) =>
        `${paint('red', '✗')} ${cleanLine(task.title)}: ${cleanLine(task.error ?? 'no reason was recorded')}`,
    ),
    '',
  ]
}

function locationLines(job: JobView, tasks: string, paint: Paint): string[] {
  const row = (name: string, value: string): string => `${paint('dim', name.padEnd(12))}${value}`
  return [
    ...(job.workspace_path === null ? [] : [row('Repository', cleanLine(job.workspace_path))]),
    ...(job.head_commit === null
      ? []
      : [row('Branch', cleanLine(job.branch)), row('Commit', job.head_commit.slice(0, 12))]),
    row('Tasks', tasks),
    row('Backend', cleanLine(job.backend)),
    ...(job.usage.input_tokens + job.usage.output_tokens === 0 ? [] : [row('Usage', formatUsage(job.usage))]),
    row('Job', job.id),
  ]
}

/** Returns the duration of the job, and the part of it spent waiting for people. */
export function formatTime(job: JobView, span: number, now: number): string {
  const current = needsPerson(job) ? now - Date.parse(job.wait?.since ?? '') : 0
  const waited = job.waited_ms + current
  return waited < 1000
    ? formatDuration(span)
    : `${formatDuration(span)}, ${formatDuration(waited)} of it waiting for you`
}

export function formatUsage(usage: JobView['usage']): string {
  const cached = usage.cached_tokens === 0 ? '' : ` (${usage.cached_tokens} from a cache)`
  const cost = usage.cost_usd === null ? '' : `, ${usage.cost_usd.toFixed(2)} USD`
  const unpriced = usage.unpriced_tokens === 0 ? '' : `, ${usage.unpriced_tokens} of unknown price`
  return `${usage.input_tokens} tokens in${cached}, ${usage.output_tokens} out${cost}${unpriced}`
}

function proof(job: JobView, evidence: Evidence, width: number, paint: Paint): string[] {
  const checks = finalChecks(evidence.checks)
  if (checks.length === 0) {
    const reason = 'Nothing was proven: there was no check to run. Name one with --check.'
    return [paint('yellow', job.status === 'completed' ? reason : 'No check had been run yet.'), '']
  }
  const commits = [...new Set(checks.map((check) => check.commit.slice(0, 12)))].join(', ')
  const walls = [...new Set(checks.map((check) => cleanLine(check.walls)))].join(', ')
  return [
    `Checks, run by the server on a clean checkout of ${commits} (walls: ${walls}):`,
    ...checks.flatMap((check) => checkLines(check, width, paint)),
    ...findingLines(evidence, paint),
    '',
  ]
}

/** Lists the files that agents left in their workspaces and the server did not commit. */
export function leftOutLines({ left_out: left }: Evidence, paint: Paint): string[] {
  return left.map(({ path, why: reason }) => `  ${cleanLine(path)}  ${paint('dim', cleanLine(reason))}`)
}

/** Lists the findings that count against the proof, each with the end of its id, and the waived ones. */
export function findingLines({ findings }: Evidence, paint: Paint): string[] {
  return findings.map(({ id, message, verdict, waived_because: because }) =>
    verdict === 'waived'
      ? `  ${paint('dim', '– waived')}  ${cleanLine(message)} ${paint('dim', cleanLine(because ?? ''))}`
      : `  ${paint('yellow', '! open')}  ${cleanLine(message)} ${paint('dim', id.slice(-6))}`,
  )
}

/** Formats one check with its verdict; with the end of its log if it failed. */
export function checkLines(check: CheckView, width: number, paint: Paint): string[] {
  const icon = {
    pass: check.not_counted === null ? paint('green', '✓ pass') : paint('yellow', '– pass'),
    fail: paint('red', '✗ fail'),
    waived: paint('yellow', '– waived'),
  }[check.verdict]
  const duration = formatDuration(check.duration_ms)
  const exit = check.verdict === 'fail' ? `, exit ${check.exit_code ?? 'none: it was ended'}` : ''
  const command = `${check.kind === 'setup' ? 'setup: ' : ''}${cleanLine(check.command)}`
  const line = `  ${icon}  ${fit(command, Math.max(20, width - 24))}  ${paint('dim', `${duration}${exit}`)}`
  if (check.not_counted !== null)
    return [line, paint('yellow', `    does not count: ${cleanLine(check.not_counted)}`)]
  if (check.verdict !== 'fail') return [line]
  const log = cleanBlock(check.log)
    .trim()
    .split('\n')
    .filter((text) => text !== '')
    .slice(-logLines)
  return [line, ...log.map((text) => paint('dim', `    │ ${fit(text, Math.max(20, width - 7))}`))]
}

/**
 * Returns the checks that the verdict on the job rests on: its last round of job checks, or else the last round of each
 * task's checks.
 */
export function finalChecks(checks: readonly CheckView[]): CheckView[] {
  const ofJob = checks.filter((check) => check.scope === 'job')
  const base = ofJob.length > 0 ? ofJob : checks
  const lastRound = new Map<string | null, number>()
  for (const check of base)
    lastRound.set(check.task_id, Math.max(check.round, lastRound.get(check.task_id) ?? check.round))
  return base.filter((check) => check.round === lastRound.get(check.task_id))
}

function nextSteps(job: JobView, paint: Paint): string[] {
  const id = shortId(job.id)
  const step = (command: string, description: string): string =>
    `  ${command.padEnd(44)} ${paint('dim', description)}`
  if (job.status !== 'completed') {
    return [
      'Next',
      step(`slipway logs ${id}`, 'what happened'),
      step(`slipway restart ${id}`, 'take it up where it stopped'),
    ]
  }
  const enter = job.workspace_path === null ? [] : [`  cd ${quoteForShell(cleanLine(job.workspace_path))}`]
  return [
    'Next',
    ...enter,
    step(`slipway checks ${id} --log`, 'the evidence'),
    step(`slipway export ${id}`, 'the repository as a zip'),
  ]
}

function quoteForShell(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}
