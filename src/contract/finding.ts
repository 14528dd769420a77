import { z } from 'zod'
import { PersonText } from './person.ts'
import { Verdict } from './words.ts'

/** The rules that can count against a proof although the checks pass: the tests verify less than before. */
const FindingRule = z.enum(['test_deleted', 'test_emptied', 'test_skipped', 'test_script_changed'])

/**
 * One finding at the commit that was checked last. While open (`fail`) it lowers the proof to `partial`; a person can waive
 * it.
 */
export const FindingView = z.object({
  id: z.uuid(),
  rule: FindingRule,
  path: z.string(),
  message: z.string(),
  commit: z.string(),
  verdict: Verdict.extract(['fail', 'waived']),
  waived_because: z.string().nullable(),
  found_at: z.string(),
  waived_at: z.string().nullable(),
})
export type FindingView = z.infer<typeof FindingView>

/** `POST /api/jobs/{id}/findings/{finding_id}/waive` */
export const Waiver = z.strictObject({ reason: PersonText })
export type Waiver = z.infer<typeof Waiver>
