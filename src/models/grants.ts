import { createHash, randomBytes } from 'node:crypto'
import type { HeldBack } from '../domain/model.ts'
import { openTroubles, type Troubles } from './troubles.ts'

/** On whose behalf an agent calls; the ids are null for the test of a backend. */
export interface Caller {
  readonly backend: string
  readonly jobId: string | null
  readonly taskId: string | null
  readonly attemptId: string | null
  readonly role: string | null
}

/** What was used with a grant, over all calls that have ended. */
export interface Used {
  readonly tokens: number
  /** The models that were called. */
  readonly models: readonly string[]
}

/** An attempt's key to the gateway. It opens nothing once it has been closed. */
export interface Grant {
  readonly token: string
  /** Aborted when no call of the attempt will do any more: it had better end. */
  readonly halted: AbortSignal
  /** Why the attempt's calls failed when it was closed, if the last one did and not for a fault of its own. */
  held(): HeldBack | null
  used(): Used
  /** Ends its calls; resolves when the last of them is in the ledger. Safe to call twice. */
  close(): Promise<void>
}

export interface OpenGrant extends Pick<Troubles, 'trouble' | 'halt' | 'well'> {
  readonly caller: Caller
  /** Aborted when the grant is closed. */
  readonly signal: AbortSignal
  /** Waited for when the grant is closed. */
  busy(call: Promise<void>): Promise<void>
  /** A call of this model has used so many tokens. */
  count(model: string, tokens: number): void
}

export interface Grants {
  open(caller: Caller): Grant
  find(token: string): OpenGrant | null
}

/** Grants live as long as this process; of their tokens it keeps the SHA-256 alone. */
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
      const troubles = openTroubles(ended.signal)
      open.set(hash, {
        caller,
        signal: ended.signal,
        async busy(call) {
          calls.add(call)
          await call.finally(() => calls.delete(call))
        },
        count(model, used) {
          models.add(model)
          tokens += used
        },
        trouble: troubles.trouble,
        halt: troubles.halt,
        well: troubles.well,
      })
      return {
        token,
        halted: troubles.halted,
        held: troubles.held,
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
