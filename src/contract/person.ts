import { z } from 'zod'
import { plainText } from './plain-text.ts'

const TEXT_LIMIT = 20_000

/** A person's text to an agent: plain text that is not blank. */
export const PersonText = plainText('the text is missing: write a sentence', 'the text')
  .trim()
  .min(1, 'the text is empty: write a sentence')
  .max(TEXT_LIMIT, `the text is longer than ${TEXT_LIMIT} characters: shorten it`)

/** `POST /api/jobs/{id}/message`: sent to one agent of the job, delivered at its next turn. */
export const NewMessage = z.strictObject({ text: PersonText, agent_id: z.uuid() })
export type NewMessage = z.infer<typeof NewMessage>

/** `POST /api/jobs/{id}/tasks/{task_id}/retry`: the note is passed to every attempt from now on. */
export const TaskRetry = z.strictObject({ note: PersonText.optional() })
export type TaskRetry = z.infer<typeof TaskRetry>
