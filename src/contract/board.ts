import { z } from 'zod'

/** What an agent tells the people who watch, of its own accord. */
export const ProgressReport = z.strictObject({
  message: z
    .string()
    .trim()
    .min(1)
    .max(500)
    .describe('One sentence: what is done and what comes next, in words that a person understands.'),
})
export type ProgressReport = z.infer<typeof ProgressReport>

/** How long a report stands on its agent's card before what is overheard of its session takes its place. */
export const reportStandsMs = 30_000
