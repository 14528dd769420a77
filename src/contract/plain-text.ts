import { z } from 'zod'

const ADVICE = 'is not plain Unicode text: leave out NUL and broken characters'
export const NOT_PLAIN = `this ${ADVICE}`

/** Whether every column and file can hold a text: it contains no NUL and no lone surrogates. */
export function isPlain(text: string): boolean {
  return !text.includes('\u0000') && text.isWellFormed()
}

/**
 * Text from people and programs that is stored, or searched for in stored data; `missing` is the error message for a missing
 * value, and `what` names the value. Output of agents and checks is not rejected: the store cleans it.
 */
export function plainText(missing?: string, subject?: string): z.ZodString {
  return z.string(missing).refine(isPlain, subject === undefined ? NOT_PLAIN : `${subject} ${ADVICE}`)
}

export const PlainText = plainText()
