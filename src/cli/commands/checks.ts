/** `slipway checks`: shows the evidence of a job. */
import type { Command } from 'commander'
import type { Evidence } from '../../client/open-client.ts'
import type { JobView } from '../../client/views.ts'
import { cleanBlock, cleanLine } from '../screen/clean-text.ts'
import { addExamples, type ServerFlags } from '../command-kit.ts'
import { findJobId } from '../job-id.ts'
import { checkLines, demoNote, findingLines, leftOutLines, type Ending } from '../job-report.ts'
import { addServerOptions, withServer } from '../server/reach-server.ts'
import type { Paint, Terminal } from '../screen/terminal.ts'

interface Flags extends ServerFlags {
  log?: boolean
  json?: boolean
}

export function addChecks(program: Command, terminal: Terminal): void {
  const command = program
    .command('checks')
    .description('show what was run to prove a job, and what came of it')
    .argument('<id>', 'the job, or the beginning of its id')
    .option('--log', 'with the whole log of each check')
    .option('--json', 'as JSON')
    .action(async (jobRef: string, flags: Flags) => {
      const seen = await withServer(flags, async (client) => {
        const id = await findJobId(client, jobRef)
        const [job, evidence, tasks] = await Promise.all([
          client.getJob(id),
          client.checks(id),
          client.tasks(id),
        ])
        return { job, evidence, tasks }
      })
      if (flags.json === true) terminal.printJson(seen.evidence)
      else
        terminal.print(
          renderEvidence(
            seen,
            flags.log === true ? 'whole' : 'failures',
            terminal.size().width,
            terminal.paint,
          ),
        )
    })
  addExamples(addServerOptions(command), [
    ['slipway checks 01934c1e-8a2b', 'each check with its verdict'],
    ['slipway checks 01934c1e-8a2b --log', 'with the logs'],
  ])
}

const origins = {
  person: ', named by a person',
  plan: ', from the plan',
  repository: ', found in the repository',
  agent: ', left by an agent',
} as const

/** Returns the origin of a check, shown after its line. */
function namedBy({ origin }: Evidence['checks'][number]): string {
  return origin === null ? '' : origins[origin]
}

/** Returns the proof and its reason. A job that ended without being completed will not get a proof. */
function describeProof(job: JobView, { proof, proof_reason: reason }: Evidence): string {
  if (proof !== null) {
    const label = job.demo && proof === 'proven' ? `a demo, its checks pass. ${demoNote}` : proof
    return reason === null ? label : `${label}. ${cleanLine(reason)}`
  }
  if (job.status === 'failed')
    return `none, the job failed: ${cleanLine(job.error ?? 'no reason was recorded')}`
  return job.status === 'cancelled' ? 'none, the job was cancelled' : 'not yet decided'
}

/** Pure. One block for each round of checks, oldest first. */
export function renderEvidence(
  { job, evidence, tasks }: Ending,
  logs: 'whole' | 'failures',
  width: number,
  paint: Paint,
): string {
  const titles = new Map(tasks.map((task) => [task.task_id, cleanLine(task.title)]))
  const verdict = `Proof: ${describeProof(job, evidence)}`
  if (evidence.checks.length === 0) return `${verdict}\nNo check has been run.`
  const rounds = Map.groupBy(
    evidence.checks,
    (check) => `${check.task_id ?? 'job'} ${check.round} ${check.commit}`,
  )
  const blocks = [...rounds.values()].map((checks) => {
    const [first] = checks
    const taskId = first?.task_id ?? null
    const about = taskId === null ? 'The job' : (titles.get(taskId) ?? 'A task')
    const heading = `${about}, round ${first?.round ?? 1}, commit ${first?.commit.slice(0, 12) ?? '?'}, walls ${cleanLine(first?.walls ?? '?')}`
    const versions = Object.entries(first?.versions ?? {}).map(
      ([name, version]) => `${cleanLine(name)} ${cleanLine(version)}`,
    )
    const lines = checks.flatMap((check) => {
      const [head = '', ...tail] = checkLines(check, width, paint)
      const log = cleanBlock(check.log).trimEnd()
      const whole = log === '' ? [] : log.split('\n').map((text) => paint('dim', `    │ ${text}`))
      return [
        `${head}${paint('dim', namedBy(check))}`,
        ...(logs === 'whole' ? whole : tail),
        ...(check.log_truncated ? [paint('dim', '    │ (the middle of this log was cut)')] : []),
      ]
    })
    return [
      paint('bold', heading),
      ...(versions.length === 0 ? [] : [paint('dim', `  with ${versions.join(', ')}`)]),
      ...lines,
    ].join('\n')
  })
  const findings = findingLines(evidence, paint)
  const against = [paint('bold', 'Against the proof'), ...findings].join('\n')
  const left = leftOutLines(evidence, paint)
  const notCommitted = [paint('bold', 'Not committed'), ...left].join('\n')
  return [
    verdict,
    ...(findings.length === 0 ? [] : [against]),
    ...(left.length === 0 ? [] : [notCommitted]),
    ...blocks,
  ].join('\n\n')
}
