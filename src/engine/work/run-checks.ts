import path from 'node:path'
import type { CheckingView } from '../../contract/job.ts'
import { readScripts, type Scripts } from '../../gates/cannot-fail.ts'
import { checkCommands, taskChecks, type Check } from '../../gates/check-commands.ts'
import { findTampering, mayHoldTests, type Tampering } from '../../gates/find-tampering.ts'
import { proveCommit, type Evidence } from '../../gates/prove-commit.ts'
import { clock } from '../../lib/clock.ts'
import { changedFiles, readBlobs, readFileIfThere } from '../../workspace/compare-trees.ts'
import { listFiles } from '../../workspace/read-repository.ts'
import { headCommit, type JobRepository } from '../../workspace/job-repository.ts'
import { attemptCommit, firstBase, readLeftChecks } from '../../store/attempts.ts'
import { readPlans } from '../../store/plans.ts'
import type { EventContext, NewEvent } from '../../store/events.ts'
import { readTask } from '../../store/team.ts'
import { setCurrentCheck, type WorkRow } from '../../store/work.ts'
import type { Engine } from '../engine.ts'
import type { Claim, Report } from '../claim.ts'
import { underLease } from '../job-transactions.ts'
import { repositoryOf } from '../repository-of.ts'

/** The maximum number of characters, from the end of a failed check's log, passed to the agent that repairs it. */
const SHOWN_LOG = 8000
/** The maximum number of files listed to find checks when none was named. */
const LISTED_FILES = 20_000
/** The maximum number of checks without proof that are named in the reason. */
const SHOWN_CHECKS = 3

/** Runs the gate of checks, for one attempt (the task's checks) or for the job (its checks on main). */
export async function runChecks(engine: Engine, claim: Claim): Promise<Report> {
  const { work, job, signal } = claim
  const repository = await repositoryOf(engine, job)
  const commit =
    work.attempt_id === null
      ? await headCommit(repository)
      : await attemptCommit(engine.db.reader, work.attempt_id)
  if (!commit) throw new Error('there is no commit to check')
  const named = await checksFor(engine, { work, job }, repository, commit)
  if (named.length === 0) return nothingToRun(work, commit)
  const checks = await proveCommit({
    launcher: engine.launcher,
    repository,
    commit,
    setup: job.setup,
    scripts: await scriptsOf(repository, commit),
    checks: named,
    dataDir: engine.dataDir,
    trees: engine.trees,
    dir: path.join(engine.dataDir, 'jobs', job.id, 'checks', work.id),
    path: engine.limits.path,
    timeoutMs: engine.limits.checkMs,
    logBytes: engine.limits.checkLogBytes,
    signal,
    onStart: (check) => announceStart(engine, claim, check),
  })
  return reportOn(engine, work, repository, commit, checks)
}

/** Builds the report of a run: its outcome, evidence and findings. */
async function reportOn(
  engine: Engine,
  work: WorkRow,
  repository: JobRepository,
  commit: string,
  checks: readonly Evidence[],
): Promise<Report> {
  const failed = checks.filter((check) => check.verdict === 'fail')
  const counted = checks.filter((check) => check.kind === 'check' && check.notCounted === null)
  const passes = failed.length === 0 && counted.length > 0
  const findings =
    passes && work.task_id === null ? await tamperingIn(engine, work.job_id, repository, commit) : []
  return {
    outcome: {
      kind: 'checks',
      ...(passes
        ? { verdict: 'pass', passed: counted.map(({ command }) => command) }
        : failed.length > 0
          ? { verdict: 'fail' }
          : { verdict: 'none', reason: noChecksReason(checks) }),
      commit,
      failed: failed.map((check) => ({
        kind: check.kind,
        command: check.command,
        log: check.log.slice(-SHOWN_LOG),
      })),
    },
    checks,
    findings,
    events: [
      ...checks.map((check) => finished(work, check)),
      ...findings.map((finding) => ({
        ...about(work),
        type: 'finding.found' as const,
        message: finding.message,
        data: { ...finding },
      })),
    ],
  }
}

/** Records which check runs now, because people wait for it and a run may take long. */
async function announceStart(
  engine: Engine,
  claim: Claim,
  { command, number, total }: Pick<CheckingView, 'command' | 'number' | 'total'>,
): Promise<void> {
  await underLease(engine.db, claim, async ({ trx, append }) => {
    await setCurrentCheck(trx, claim.work.id, { command, number, total, started_at: clock.iso() })
    await append([
      {
        ...about(claim.work),
        type: 'check.started',
        message: `Check ${number} of ${total}: ${command}`,
        data: { command, number, total },
      },
    ])
  })
}

/**
 * Returns the task's own checks; for the whole job, those that people, the plan and the agents named, or its files suggest.
 */
async function checksFor(
  engine: Engine,
  { work, job }: Pick<Claim, 'work' | 'job'>,
  repository: JobRepository,
  commit: string,
): Promise<readonly Check[]> {
  const jobChecks = checkCommands({
    requested: job.checks,
    planned: (await readPlans(engine.db.reader, job.id)).adopted?.checks ?? [],
    leftBehind: await readLeftChecks(engine.db.reader, job.id),
    files: await listFiles(repository, commit, LISTED_FILES),
  })
  if (work.task_id === null) return jobChecks
  return taskChecks((await readTask(engine.db.reader, work.task_id))?.checks ?? [], jobChecks)
}

/** The maximum number of files compared for test tampering, and the maximum size in bytes of each. */
const COMPARED_FILES = 2000
const COMPARED_BYTES = 500_000

/** Finds changes to the tests between the commit at which the job began and this one. */
async function tamperingIn(
  engine: Engine,
  jobId: string,
  repository: JobRepository,
  commit: string,
): Promise<Tampering[]> {
  const base = await firstBase(engine.db.reader, jobId)
  if (base === null) return []
  const changed = (await changedFiles(repository, base, commit))
    .filter(({ path: now, from }) => mayHoldTests(now) || mayHoldTests(from))
    .slice(0, COMPARED_FILES)
  const ids = changed.flatMap(({ before, after }) => [before, after]).filter((id) => id !== null)
  const texts = await readBlobs(repository, ids, COMPARED_BYTES)
  const textOf = (id: string | null): string | null => (id === null ? null : (texts.get(id) ?? ''))
  return findTampering(
    changed.map(({ path: now, before, after }) => ({
      path: now,
      before: textOf(before),
      after: textOf(after),
    })),
  )
}

/** Returns the package scripts that commands such as `npm test` run. */
async function scriptsOf(repository: JobRepository, commit: string): Promise<Scripts> {
  const file = await readFileIfThere(repository, commit, 'package.json')
  return readScripts(file ?? '')
}

/** Explains why checks that all passed prove nothing. */
function noChecksReason(checks: readonly Evidence[]): string {
  const named = checks.filter(({ kind }) => kind === 'check').slice(0, SHOWN_CHECKS)
  return `No check that was run proves anything. ${named.map(({ command, notCounted }) => `"${command}": ${notCounted ?? ''}`).join(' ')}`
}

function nothingToRun(work: WorkRow, commit: string): Report {
  const reason = 'There is no check to run: none was defined and none was found.'
  return {
    outcome: { kind: 'checks', verdict: 'none', commit, failed: [], reason },
    events: [
      {
        ...about(work),
        type: 'checks.none',
        message: reason,
      },
    ],
  }
}

function finished(work: WorkRow, check: Evidence): NewEvent {
  const passed = check.notCounted === null ? 'Passed' : 'Does not count'
  const result = check.verdict === 'pass' ? passed : 'Failed'
  const summary = check.kind === 'setup' ? `The setup ${result.toLowerCase()}` : result
  return {
    ...about(work),
    type: `${check.kind}.finished`,
    message: `${summary}: ${check.command} (exit ${check.exitCode ?? 'none'}, ${check.durationMs} ms)${check.notCounted === null ? '' : `. ${check.notCounted}`}`,
    data: {
      command: check.command,
      origin: check.origin,
      verdict: check.verdict,
      not_counted: check.notCounted,
      exit_code: check.exitCode,
      duration_ms: check.durationMs,
      commit: check.commit,
    },
  }
}

function about(work: WorkRow): EventContext {
  return { actor: 'server', taskId: work.task_id, attemptId: work.attempt_id }
}
