import { z } from 'zod'

const ADVICE = 'is not plain Unicode text: leave out NUL and broken characters'
export const NOT_PLAIN = `this ${ADVICE}`

/** Whether every column and file can hold a text: no NUL in it, and no half of a pair of surrogates. */
export function isPlain(text: string): boolean {
  return !text.includes('\u0000') && text.isWellFormed()
}

/**
 * Text from people and programs that is stored, or looked for in what is stored; `missing` is said where there is none, and
 * `what` names it. What agents and checks say is not refused: the store cleans it.
 */
export function plainText(missing?: string, what?: string): z.ZodString {
  return z.string(missing).refine(isPlain, what === undefined ? NOT_PLAIN : `${what} ${ADVICE}`)
}

export const PlainText = plainText()
