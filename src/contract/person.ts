import { z } from 'zod'
import { plainText } from './plain-text.ts'

const TEXT_LIMIT = 20_000

/** What a person says to an agent: plain text with something to read in it. */
export const PersonText = plainText('the text is missing: say it in a sentence', 'the text')
  .trim()
  .min(1, 'the text is empty: say it in a sentence')
  .max(TEXT_LIMIT, `the text is longer than ${TEXT_LIMIT} characters: shorten it`)

/** `POST /api/jobs/{id}/message`: to one agent of the job, at its next turn. */
export const NewMessage = z.strictObject({ text: PersonText, agent_id: z.uuid() })
export type NewMessage = z.infer<typeof NewMessage>

/** `POST /api/jobs/{id}/tasks/{task_id}/retry`: every attempt from now on is told the note. */
export const TaskRetry = z.strictObject({ note: PersonText.optional() })
export type TaskRetry = z.infer<typeof TaskRetry>
