import { z } from 'zod'

/** A progress report that an agent sends on its own initiative to the people watching the job. */
export const ProgressReport = z.strictObject({
  message: z
    .string()
    .trim()
    .min(1)
    .max(500)
    .describe('One sentence: what is done and what is next, in words that a person understands.'),
})
export type ProgressReport = z.infer<typeof ProgressReport>

/** The time in ms for which a report stays on its agent's card before the latest session activity replaces it. */
export const reportStandsMs = 30_000
