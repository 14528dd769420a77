import { z } from 'zod'

/** What the conformance kit tries of a backend, in this order. */
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

/** One case: `skip` where the backend or the machine does not have what it is about. `sentence` says what was seen. */
export const CaseResult = z.object({
  case: ConformanceCase,
  result: z.enum(['pass', 'fail', 'skip']),
  sentence: z.string(),
  duration_ms: z.int(),
})
export type CaseResult = z.infer<typeof CaseResult>

/** What the conformance kit found when it was last run with a backend, on this machine. */
export const Conformance = z.object({
  at: z.string(),
  version: z.string().nullable(),
  model: z.string().nullable(),
  walls: z.string(),
  cases: z.array(CaseResult),
})
export type Conformance = z.infer<typeof Conformance>
