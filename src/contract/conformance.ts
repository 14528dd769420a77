import { z } from 'zod'

/** The cases of the conformance kit, in the order in which they run. */
export const ConformanceCase = z.enum([
  'start',
  'write',
  'command',
  'ask_allow',
  'ask_refuse',
  'cancel',
  'kill',
  'resume',
  'usage',
  'model',
  'inside',
  'contacts',
  'orphans',
])
export type ConformanceCase = z.infer<typeof ConformanceCase>

/**
 * The result of one case: `skip` where the backend or the machine lacks the feature under test. `sentence` describes the
 * observation.
 */
export const CaseResult = z.object({
  case: ConformanceCase,
  result: z.enum(['pass', 'fail', 'skip']),
  sentence: z.string(),
  duration_ms: z.int(),
})
export type CaseResult = z.infer<typeof CaseResult>

/** The result of the latest run of the conformance kit with a backend on this machine. */
export const Conformance = z.object({
  at: z.string(),
  version: z.string().nullable(),
  model: z.string().nullable(),
  walls: z.string(),
  cases: z.array(CaseResult),
})
export type Conformance = z.infer<typeof Conformance>
