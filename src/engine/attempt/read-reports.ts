import { LeftChecks } from '../../contract/brief.ts'
import { parseReport } from '../../contract/parse-report.ts'
import { Plan, Review } from '../../contract/plan.ts'
import type { Mode } from '../../contract/words.ts'
import type { AttemptTask } from '../../store/attempts.ts'
import { readInside } from '../../lib/inside-files.ts'
import type { Workspace } from '../../workspace/attempt-workspace.ts'

/** The parsed report files that an agent left for the server. */
export interface Reports {
  readonly plan?: Plan
  readonly review?: Review
  readonly checks?: readonly string[]
}

const REPORT_BYTES = 1_000_000

/**
 * Reads the report that the role must write. `problem` describes to the agent what is wrong with it; null when it is valid.
 * The files come from a workspace that an agent writes to, so they are read without following links.
 */
export async function readReports(
  workspace: Workspace,
  attempt: AttemptTask,
  mode: Mode,
): Promise<{ reports: Reports; problem: string | null }> {
  const { dir, reports: folder } = workspace
  if (attempt.kind === 'review') {
    const file = `${folder}/review.json`
    const { value, problem } = await read(dir, file, Review)
    return {
      reports: value === null ? {} : { review: value },
      problem: problem ?? missing(value, 'your verdict', file),
    }
  }
  if (attempt.role === 'architect') {
    const file = `${folder}/plan.json`
    const { value, problem } = await read(dir, file, Plan)
    return {
      reports: value === null ? {} : { plan: value },
      problem: problem ?? missing(value, 'the plan', file),
    }
  }
  if (mode === 'solo') {
    const { value, problem } = await read(dir, `${folder}/checks.json`, LeftChecks)
    return { reports: value === null ? {} : { checks: value.checks }, problem }
  }
  return { reports: {}, problem: null }
}

function missing(value: unknown, name: string, file: string): string | null {
  return value === null ? `There is no ${file}: write ${name} there.` : null
}

async function read<T>(
  workspace: string,
  file: string,
  schema: Parameters<typeof parseReport<T>>[2],
): Promise<{ value: T | null; problem: string | null }> {
  try {
    const text = await readInside(workspace, file, REPORT_BYTES)
    return text === null ? { value: null, problem: null } : parseReport(file, text.toString('utf8'), schema)
  } catch (error) {
    return {
      value: null,
      problem: `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    }
  }
}
