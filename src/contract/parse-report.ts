import type { z } from 'zod'

/** The parsed report, or a description of the problem for its author. */
export type ParsedReport<T> =
  | { readonly value: T; readonly problem: null }
  | { readonly value: null; readonly problem: string }

const SHOWN_ISSUES = 20

/** Parses a report that an agent wrote as JSON; `file` is the name used for it in the problem. */
export function parseReport<T>(file: string, text: string, schema: z.ZodType<T>): ParsedReport<T> {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    return {
      value: null,
      problem: `${file} is not valid JSON: ${error instanceof Error ? error.message : String(error)}`,
    }
  }
  const parsed = schema.safeParse(json)
  if (parsed.success) return { value: parsed.data, problem: null }
  const issues = parsed.error.issues
    .slice(0, SHOWN_ISSUES)
    .map((issue) => `- ${issue.path.join('.') || 'the whole'}: ${issue.message}`)
  return { value: null, problem: `${file} does not fit:\n${issues.join('\n')}` }
}
