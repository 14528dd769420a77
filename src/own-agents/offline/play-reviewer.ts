import type { TaskBrief } from '../../contract/brief.ts'
import type { Review } from '../../contract/plan.ts'
import type { Stage } from '../stage/stage.ts'

/**
 * The reviewer: lists the changes since the base commit, reads the changed files, runs the checks of the task, and writes
 * its verdict to `.slipway/review.json`. It judges by what can be seen without understanding: failing checks, conflict
 * markers, open FIXMEs, empty files.
 */
export async function playReviewer(stage: Stage, brief: TaskBrief): Promise<void> {
  const steps = ['Look at what changed', 'Read the files', 'Run the checks', 'Write the verdict']
  await stage.plan(steps, 0)
  const changed = await changedFiles(stage, brief.base_commit)
  await stage.plan(steps, 1)
  const findings: string[] = []
  for (const file of changed.slice(0, READ_FILES)) findings.push(...(await findingsIn(stage, file)))
  await stage.plan(steps, 2)
  for (const check of brief.task.checks) {
    const { exitCode, output } = await stage.run(check)
    if (exitCode !== 0)
      findings.push(
        `The check "${check}" fails: ${output.trim().slice(-500) || 'it prints nothing'}`.slice(0, 2000),
      )
  }
  await stage.plan(steps, 3)
  const review = verdictOn(brief, changed, findings)
  await stage.write('.slipway/review.json', `${JSON.stringify(review, null, 2)}\n`)
  await stage.plan(steps, 4)
  await stage.message(`${review.verdict === 'pass' ? 'Passed' : 'Sent back'}. ${review.summary}`)
}

const READ_FILES = 60
const FINDINGS = 50

/**
 * Returns the paths changed by the work under review. The checkout holds that work, so its last commit is compared with the
 * one before, or with the brief's commit if that is a different one; uncommitted files count as well. Without a commit to
 * compare with, returns all files of the repository.
 */
async function changedFiles(stage: Stage, commit: string): Promise<string[]> {
  const recent = await stage.run('git rev-list --max-count=2 HEAD')
  const [head = '', parent = ''] = recent.output.trim().split('\n')
  const base = /^[0-9a-f]{7,64}$/.test(commit) && !head.startsWith(commit) ? commit : parent
  if (base !== '') await stage.run(`git --no-pager diff --no-ext-diff --no-color --stat ${base} --`)
  const changed =
    base === ''
      ? 'git ls-files -z'
      : `git --no-pager diff --no-ext-diff --name-only -z --diff-filter=d ${base} --`
  const listed = await stage.run(`(${changed} && git ls-files -z --others --exclude-standard) 2>/dev/null`)
  if (recent.exitCode !== 0 || listed.exitCode !== 0) {
    await stage.message('git cannot show me what changed here, so I judge by the checks alone.')
    return []
  }
  return listed.output.split('\0').filter((file) => file !== '' && !file.startsWith(`${stage.reports}/`))
}

async function findingsIn(stage: Stage, file: string): Promise<string[]> {
  if (!/\.(?:[cm]?[jt]sx?|html|css|json|md|py|rs|go|java|sh)$/.test(file)) return []
  let text: string | null
  try {
    text = await stage.read(file)
  } catch (error) {
    if (stage.signal.aborted) throw error
    return [
      `${file} could not be read: ${error instanceof Error ? error.message : String(error)}`.slice(0, 2000),
    ]
  }
  if (text === null) return []
  const found: string[] = []
  if (text.trim() === '') found.push(`${file} is empty.`)
  for (const [index, line] of text.split('\n').entries()) {
    if (/^(?:<{7}|>{7}) /.test(line)) found.push(`${file}:${index + 1} has a conflict marker.`)
    if (!file.endsWith('.md') && /(?:\/\/|#|\*|<!--)\s*FIXME\b/.test(line))
      found.push(`${file}:${index + 1} leaves something open: ${line.trim().slice(0, 300)}`)
  }
  return found
}

function verdictOn(brief: TaskBrief, changed: readonly string[], findings: readonly string[]): Review {
  const summary = `The offline demo looked at ${changed.length} changed files without understanding them, and ran ${brief.task.checks.length} checks.`
  if (findings.length > 0) {
    const counted = findings.length === 1 ? 'One thing is' : `${findings.length} things are`
    return {
      verdict: 'fail',
      summary: `${counted} to be fixed. ${summary}`,
      findings: findings.slice(0, FINDINGS),
    }
  }
  return { verdict: 'pass', summary: `Nothing to object to. ${summary}`, findings: [] }
}
