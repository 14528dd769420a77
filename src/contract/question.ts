import { z } from 'zod'
import { PlainText } from './plain-text.ts'

/** What came of a question: somebody answered it, nobody did in time, or its session ended before. */
export const QuestionOutcome = z.enum(['answered', 'expired', 'withdrawn'])
export type QuestionOutcome = z.infer<typeof QuestionOutcome>

/** What an agent asks a person in the middle of its work. */
export const QuestionView = z.object({
  id: z.uuid(),
  task_id: z.uuid(),
  attempt_id: z.uuid(),
  agent: z.string(),
  question: z.string(),
  /** Answers that the agent proposes; any other is as good. */
  choices: z.array(z.string()),
  asked_at: z.string(),
  deadline: z.string(),
  /** Null while it is open. */
  outcome: QuestionOutcome.nullable(),
  answer: z.string().nullable(),
  actor: z.string().nullable(),
  answered_at: z.string().nullable(),
})
export type QuestionView = z.infer<typeof QuestionView>
export const QuestionList = z.object({ questions: z.array(QuestionView) })

/** A person's answer. */
export const QuestionAnswer = z.strictObject({
  question_id: z.uuid(),
  text: PlainText.trim().min(1).max(4000),
})
export type QuestionAnswer = z.infer<typeof QuestionAnswer>

/** What an agent says to ask. */
export const PersonAsked = z.strictObject({
  question: z
    .string()
    .trim()
    .min(1)
    .max(1000)
    .describe('What you need to know, so that somebody who has not seen your work can answer it.'),
  choices: z
    .array(z.string().trim().min(1).max(200))
    .max(6)
    .default([])
    .describe('Answers to choose from, if there are such.'),
})
export type PersonAsked = z.infer<typeof PersonAsked>
