import { AppError } from '../../lib/app-error.ts'

const codes = { away: 'database_unavailable', full: 'database_full' } as const
/** SQLSTATEs of a PostgreSQL that is ending or starting, or has no connection left (appendix A of its manual). */
const states = new Set(['53300', '57P01', '57P02', '57P03'])
/** System error codes when no server is listening, or the network path is broken. */
const systemCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
  'ENOTFOUND',
  'ENOENT',
])
/** Messages of the driver about an ended connection that have no code. */
const message =
  /^(Connection terminated|timeout exceeded when trying to connect|timeout expired|Client has encountered a connection error|Client was closed|Cannot use a pool after calling end|Postgres connection has been discarded)/

/** Whether an error is one that `asDatabaseError` makes: the database was away, and the query was not at fault. */
export function isDatabaseAway(error: unknown): boolean {
  if (error instanceof AppError && (error.code === codes.away || error.code === codes.full)) return true
  return error instanceof Error && error.cause !== undefined && isDatabaseAway(error.cause)
}

/**
 * Converts a driver error for callers: a database that is away becomes an `AppError` 503 with a readable message; others
 * are returned unchanged.
 */
export function asDatabaseError(error: unknown): unknown {
  if (isDatabaseAway(error)) return error
  const cause: unknown = error instanceof AggregateError ? error.errors[0] : error
  if (!(cause instanceof Error)) return error
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : ''
  if (code === '53300' || cause.message.startsWith('timeout exceeded when trying to connect'))
    return new AppError(
      codes.full,
      'The database has no connection left for this request: try again, and raise max_connections of PostgreSQL if it happens again.',
      { cause },
    )
  if (states.has(code) || systemCodes.has(code) || code.startsWith('08') || message.test(cause.message))
    return new AppError(
      codes.away,
      'The database cannot be reached at present: try again in a moment. Nothing that was accepted is lost.',
      { cause },
    )
  return error
}
