import { randomUUID } from 'node:crypto'
import type { ErrorHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { z } from '@hono/zod-openapi'
import type { ErrorBody } from '../contract/server.ts'
import { AppError } from '../lib/app-error.ts'
import type { Log } from '../lib/log.ts'

/** The one place where an error becomes an answer: a sentence for a person, a stable code, never a stack. */
export function errorHandler(log: Log): ErrorHandler {
  return (error, c) => {
    if (error instanceof AppError) {
      return answer(error.status, {
        error: error.message,
        code: error.code,
        ...(error.issues.length > 0 ? { issues: [...error.issues] } : {}),
      })
    }
    if (error instanceof HTTPException)
      return answer(error.status, { error: error.message, code: 'bad_request' })
    const id = randomUUID()
    if (isDiskFull(error)) {
      log.error({ err: error, id }, 'disk full')
      return answer(507, {
        error: 'The disk is full: make room; nothing that was accepted is lost.',
        code: 'disk_full',
      })
    }
    log.error({ err: error, id, path: c.req.path }, 'request failed')
    return answer(500, {
      error: `Something went wrong here; the server's log has it under ${id}.`,
      code: 'internal',
    })
  }
}

function answer(status: number, body: ErrorBody): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } })
}

function isDiskFull(error: unknown): boolean {
  return (
    error instanceof Error &&
    (/ENOSPC|No space left on device/.test(error.message) ||
      ('code' in error && (error.code === 'ENOSPC' || error.code === '53100')))
  )
}

/** What a schema found, as an error whose sentence begins with the first problem. */
export function invalid(error: z.core.$ZodError, where: string): AppError {
  const issues = error.issues.slice(0, 20).map((issue) => {
    const path = issue.path.map(String).join('.')
    const message =
      issue.code === 'unrecognized_keys'
        ? `unknown field ${issue.keys.map((key) => `"${key}"`).join(', ')}`
        : issue.message
    return { path, message }
  })
  const [first] = issues
  const sentence =
    first === undefined
      ? `the ${where} is not valid`
      : first.path === '' || first.message.startsWith('the ')
        ? first.message
        : `${first.path}: ${first.message}`
  return new AppError(400, 'invalid_request', sentence, { issues })
}
