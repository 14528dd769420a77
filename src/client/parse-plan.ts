import { parseReport, type ParsedReport } from '../contract/parse-report.ts'
import { Plan } from '../contract/plan.ts'

/** A plan that a person wrote as JSON, or in words what does not fit; the server judges in the same way. */
export function parsePlan(text: string): ParsedReport<Plan> {
  return parseReport('the plan', text, Plan)
}
