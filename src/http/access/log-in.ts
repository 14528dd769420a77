import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { AppError } from '../../lib/app-error.ts'
import { clock } from '../../lib/clock.ts'

/** The ways for a person to log in: the token itself, or a single-use code. */
export interface LogIn {
  /** Throws 401 for a wrong token, and `TooManyAttempts` after too many. The correct token is never rejected. */
  withToken(candidate: string): void
  /** The same for a code; a correct code is consumed. */
  withCode(candidate: string): void
  /** Returns a new code, valid for one log-in within `codeMs`; beyond `codes` codes the oldest is discarded. */
  newCode(): string
}

export interface LogInLimits {
  /**
   * The maximum number of wrong attempts within `logInWindowMs`; further ones are rejected until the first of them is that
   * old.
   */
  readonly logInAttempts: number
  readonly logInWindowMs: number
  readonly codeMs: number
  readonly codes: number
}

/** A rejection that contains the number of seconds after which to retry. */
export class TooManyAttempts extends AppError {
  readonly retryAfterSeconds: number

  constructor(ms: number) {
    const seconds = Math.max(1, Math.ceil(ms / 1000))
    super('too_many_attempts', `There were too many wrong attempts: try again in ${seconds} s.`)
    this.retryAfterSeconds = seconds
  }
}

/** Compares in constant time. */
export function isToken(candidate: string, token: string): boolean {
  return timingSafeEqual(digest(candidate), digest(token))
}

export function openLogIn(token: string, limits: LogInLimits): LogIn {
  const wrong: number[] = []
  const attempt = (isRight: () => boolean, sentence: string): void => {
    // Checked first: another client's guesses must not lock the owner out, and 256 bits cannot be guessed.
    if (isRight()) return
    const now = clock.steady()
    while (wrong[0] !== undefined && now - wrong[0] >= limits.logInWindowMs) wrong.shift()
    const [first] = wrong
    if (first !== undefined && wrong.length >= limits.logInAttempts)
      throw new TooManyAttempts(first + limits.logInWindowMs - now)
    wrong.push(now)
    throw new AppError('wrong_token', sentence)
  }
  const codes = openCodes(limits)
  return {
    withToken: (candidate) =>
      attempt(
        () => isToken(candidate, token),
        'That is not the token of this server: `slipway token` prints it.',
      ),
    withCode: (candidate) =>
      attempt(
        () => codes.redeem(candidate),
        'The link was used before or is too old: `slipway token --link` prints another.',
      ),
    newCode: codes.issue,
  }
}

/** Codes are stored as digests, so that a lookup reveals nothing about the others. */
function openCodes(limits: LogInLimits): { issue(): string; redeem(code: string): boolean } {
  const validUntil = new Map<string, number>()
  return {
    issue() {
      const code = randomBytes(32).toString('base64url')
      for (const oldest of [...validUntil.keys()].slice(0, Math.max(0, validUntil.size + 1 - limits.codes)))
        validUntil.delete(oldest)
      validUntil.set(digest(code).toString('hex'), clock.steady() + limits.codeMs)
      return code
    },
    redeem(code) {
      const key = digest(code).toString('hex')
      const until = validUntil.get(key)
      validUntil.delete(key)
      return until !== undefined && clock.steady() < until
    },
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
