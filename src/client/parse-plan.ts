import { parseReport, type ParsedReport } from '../contract/parse-report.ts'
import { Plan } from '../contract/plan.ts'

/** Parses a plan that a person wrote as JSON, or returns a description of the problem; the server applies the same rules. */
export function parsePlan(text: string): ParsedReport<Plan> {
  return parseReport('the plan', text, Plan)
}
