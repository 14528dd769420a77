import { createHash, randomBytes } from 'node:crypto'
import type { Role } from '../../contract/words.ts'
import type { AttemptWait } from '../../domain/model.ts'
import { openCallFailures, type CallFailures } from '../troubles.ts'

/** The caller of a model; the ids are null for the test of a backend. */
export interface Caller {
  readonly backend: string
  readonly jobId: string | null
  readonly taskId: string | null
  readonly attemptId: string | null
  readonly role: Role | null
}

/** The usage of a grant, over all calls that have ended. */
export interface Used {
  readonly tokens: number
  /** The models that were called. */
  readonly models: readonly string[]
}

/** An attempt's access to the gateway. Its token is rejected once it is closed. */
export interface Grant {
  readonly token: string
  /** Aborted when no further call of the attempt can succeed, so that it should end. */
  readonly halted: AbortSignal
  /** Returns why the attempt's last call failed, if it failed for a reason other than the attempt itself; null otherwise. */
  wait(): AttemptWait | null
  used(): Used
  /** Aborts its calls; resolves when all are in the ledger. Safe to call twice. */
  close(): Promise<void>
}

export interface OpenGrant extends Pick<CallFailures, 'report' | 'halt' | 'succeeded'> {
  readonly caller: Caller
  /** Aborted when the grant is closed. */
  readonly signal: AbortSignal
  /** Registers a call that is awaited when the grant is closed. */
  track(call: Promise<void>): Promise<void>
  /** Adds the tokens used by a call of this model. */
  count(model: string, tokens: number): void
}

export interface Grants {
  open(caller: Caller): Grant
  find(token: string): OpenGrant | null
}

/** Opens the grants, which are kept in memory only; of each token only the SHA-256 is kept. */
export function openGrants(): Grants {
  const open = new Map<string, OpenGrant>()
  return {
    open(caller) {
      const token = `slipway-${randomBytes(32).toString('base64url')}`
      const hash = hashOf(token)
      const ended = new AbortController()
      const calls = new Set<Promise<void>>()
      const models = new Set<string>()
      let tokens = 0
      const troubles = openCallFailures(ended.signal)
      open.set(hash, {
        caller,
        signal: ended.signal,
        async track(call) {
          calls.add(call)
          await call.finally(() => calls.delete(call))
        },
        count(model, used) {
          models.add(model)
          tokens += used
        },
        report: troubles.report,
        halt: troubles.halt,
        succeeded: troubles.succeeded,
      })
      return {
        token,
        halted: troubles.halted,
        wait: troubles.wait,
        used: () => ({ tokens, models: [...models] }),
        async close() {
          open.delete(hash)
          ended.abort(new Error('the attempt has ended'))
          await Promise.allSettled(calls)
        },
      }
    },
    find: (token) => open.get(hashOf(token)) ?? null,
  }
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}
