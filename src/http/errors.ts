import type { Context, ErrorHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { z } from '@hono/zod-openapi'
import type { ErrorBody } from '../contract/server.ts'
import { AppError } from '../lib/app-error.ts'
import { randomId } from '../lib/chance.ts'
import { statusOf, type ErrorCode } from '../lib/errors.ts'
import type { Log } from '../lib/log.ts'
import { TooManyAttempts } from './access/log-in.ts'

/** The maximum number of problems that one answer names. */
const SHOWN_ISSUES = 20

/** The one place where an error becomes a response: a sentence for a person and a stable code, never a stack trace. */
export function errorHandler(log: Log): ErrorHandler {
  return (error, c) => {
    if (error instanceof TooManyAttempts) c.header('Retry-After', String(error.retryAfterSeconds))
    if (error instanceof AppError) {
      return answer(c, error.code, {
        error: error.message,
        ...(error.issues.length > 0 ? { issues: [...error.issues] } : {}),
      })
    }
    if (error instanceof HTTPException)
      return answer(c, 'bad_request', { error: error.message }, error.status)
    const id = randomId()
    if (isDiskFull(error)) {
      log.error({ err: error, id }, 'disk full')
      return answer(c, 'disk_full', {
        error: 'The disk is full: make room; nothing that was accepted is lost.',
      })
    }
    log.error({ err: error, id, path: c.req.path }, 'request failed')
    return answer(c, 'internal', {
      error: `Something went wrong here; the server's log has it under ${id}.`,
    })
  }
}

/** Builds the response, keeping the headers that were set before the error was thrown. */
function answer(
  c: Context,
  code: ErrorCode,
  { error, ...rest }: Omit<ErrorBody, 'code'>,
  status = statusOf(code),
): Response {
  return c.newResponse(
    JSON.stringify({ error, code, ...rest }),
    new Response(null, { status, headers: { 'Content-Type': 'application/json' } }),
  )
}

function isDiskFull(error: unknown): boolean {
  return (
    error instanceof Error &&
    (/ENOSPC|No space left on device/.test(error.message) ||
      ('code' in error && (error.code === 'ENOSPC' || error.code === '53100')))
  )
}

/**
 * Converts schema errors to an `AppError` whose sentence starts with the first problem. A problem that brings an error of
 * its own (`textThat`) becomes that.
 */
export function invalid(error: z.core.$ZodError): AppError {
  const own = error.issues.map((issue): unknown =>
    issue.code === 'custom' ? issue.params?.['refusal'] : null,
  )
  const refusal = own.find((one) => one instanceof AppError)
  if (refusal !== undefined) return refusal
  const issues = error.issues.slice(0, SHOWN_ISSUES).map((issue) => {
    const path = issue.path.map(String).join('.')
    const message =
      issue.code === 'unrecognized_keys'
        ? `unknown field ${issue.keys.map((key) => `"${key}"`).join(', ')}`
        : issue.message
    return { path, message }
  })
  const [first = { path: '', message: 'the request is not valid' }] = issues
  const isSentence = first.path === '' || first.message.startsWith('the ')
  return new AppError('invalid_request', isSentence ? first.message : `${first.path}: ${first.message}`, {
    issues,
  })
}

/** Parses input; throws `AppError` 400 when it is invalid. */
export function fit<T>(schema: z.ZodType<T>, sent: unknown): T {
  const parsed = schema.safeParse(sent)
  if (!parsed.success) throw invalid(parsed.error)
  return parsed.data
}
