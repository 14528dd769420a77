import { z } from 'zod'
import { PlainText } from './plain-text.ts'

/** The outcome of a question: it was answered, it expired unanswered, or its session ended first (`withdrawn`). */
export const QuestionOutcome = z.enum(['answered', 'expired', 'withdrawn'])
export type QuestionOutcome = z.infer<typeof QuestionOutcome>

/** A question of an agent to a person during its work. */
export const QuestionView = z.object({
  id: z.uuid(),
  task_id: z.uuid(),
  attempt_id: z.uuid(),
  agent: z.string(),
  question: z.string(),
  /** Answers that the agent proposes; any other answer is accepted too. */
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

/** The agent's input when it asks a question. */
export const PersonAsked = z.strictObject({
  question: z
    .string()
    .trim()
    .min(1)
    .max(1000)
    .describe('What you need to know, so that a person who has not seen your work can answer it.'),
  choices: z
    .array(z.string().trim().min(1).max(200))
    .max(6)
    .default([])
    .describe('Answers to choose from, if there are such.'),
})
export type PersonAsked = z.infer<typeof PersonAsked>
