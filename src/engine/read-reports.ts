import { LeftChecks } from '../contract/brief.ts'
import { parseReport, type ParsedReport } from '../contract/parse-report.ts'
import { Plan, Review } from '../contract/plan.ts'
import type { Mode } from '../contract/words.ts'
import type { AttemptTask } from '../store/attempts.ts'
import { readReport } from '../workspace/read-report.ts'

/** What an agent left behind for the server, parsed. */
export interface Reports {
  readonly plan?: Plan
  readonly review?: Review
  readonly checks?: readonly string[]
}

const REPORT_BYTES = 1_000_000

/**
 * Reads the report that the role owes. `problem` says, in words for the agent, what is wrong with it; null when all
 * is well. The files come from a workspace that an agent writes, so they are read without following links.
 */
export async function readReports(
  workspace: string,
  attempt: AttemptTask,
  mode: Mode,
): Promise<{ reports: Reports; problem: string | null }> {
  if (attempt.kind === 'review') {
    const { value, problem } = await read(workspace, '.slipway/review.json', (text) =>
      parseReport('.slipway/review.json', text, Review),
    )
    return {
      reports: value === null ? {} : { review: value },
      problem: problem ?? missing(value, 'your verdict', '.slipway/review.json'),
    }
  }
  if (attempt.role === 'architect') {
    const { value, problem } = await read(workspace, '.slipway/plan.json', (text) =>
      parseReport('.slipway/plan.json', text, Plan),
    )
    return {
      reports: value === null ? {} : { plan: value },
      problem: problem ?? missing(value, 'the plan', '.slipway/plan.json'),
    }
  }
  if (mode === 'solo') {
    const { value, problem } = await read(workspace, '.slipway/checks.json', (text) =>
      parseReport('.slipway/checks.json', text, LeftChecks),
    )
    return { reports: value === null ? {} : { checks: value.checks }, problem }
  }
  return { reports: {}, problem: null }
}

function missing(value: unknown, what: string, file: string): string | null {
  return value === null ? `There is no ${file}: write ${what} there.` : null
}

async function read<T>(
  workspace: string,
  file: string,
  parse: (text: string) => ParsedReport<T>,
): Promise<{ value: T | null; problem: string | null }> {
  try {
    const text = await readReport(workspace, file, REPORT_BYTES)
    return text === null ? { value: null, problem: null } : parse(text)
  } catch (error) {
    return {
      value: null,
      problem: `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    }
  }
}
