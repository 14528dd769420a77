import { createHash, randomBytes } from 'node:crypto'
import type { HeldBack } from '../domain/model.ts'

/** On whose behalf an agent calls; the ids are null for the test of a backend. */
export interface Caller {
  readonly backend: string
  readonly jobId: string | null
  readonly taskId: string | null
  readonly attemptId: string | null
  readonly role: string | null
}

/** An attempt's key to the gateway. It opens nothing once it has been closed. */
export interface Grant {
  readonly token: string
  /** Aborted when no call of the attempt will do any more: it had better end. */
  readonly halted: AbortSignal
  /** Why the attempt's calls failed when it was closed, if the last one did and not for a fault of its own. */
  held(): HeldBack | null
  /** Ends its calls; resolves when the last of them is in the ledger. Safe to call twice. */
  close(): Promise<void>
}

export interface OpenGrant {
  readonly caller: Caller
  /** Aborted when the grant is closed. */
  readonly signal: AbortSignal
  /** Waited for when the grant is closed. */
  busy(call: Promise<void>): Promise<void>
  /** A call of this model failed; the attempt may try another. */
  trouble(held: HeldBack, model: string): void
  /** No call of the attempt will do any more. */
  halt(held: HeldBack): void
  /** A call of this model did well that began at this time, in epoch milliseconds. */
  well(model: string, beganAt: number): void
}

export interface Grants {
  open(caller: Caller): Grant
  find(token: string): OpenGrant | null
}

/** Calls in a row that may fail in the middle of their answers before the attempt is ended. */
const TROUBLES = 3

/** Grants live as long as this process; of their tokens it keeps the SHA-256 alone. */
export function openGrants(): Grants {
  const open = new Map<string, OpenGrant>()
  return {
    open(caller) {
      const token = `slipway-${randomBytes(32).toString('base64url')}`
      const hash = hashOf(token)
      const ended = new AbortController()
      const halted = new AbortController()
      const calls = new Set<Promise<void>>()
      let held: HeldBack | null = null
      let troubles = 0
      // Agents call small models beside their work: that one of those answers does not mean that the work goes on.
      let troubled = { model: '', at: 0 }
      // What becomes of calls after an attempt's end has not made it end.
      const isOver = (): boolean => halted.signal.aborted || ended.signal.aborted
      open.set(hash, {
        caller,
        signal: ended.signal,
        async busy(call) {
          calls.add(call)
          await call.finally(() => calls.delete(call))
        },
        trouble(why, model) {
          if (isOver()) return
          held = why
          troubled = { model, at: Date.now() }
          troubles += 1
          if (troubles >= TROUBLES) halted.abort()
        },
        halt(why) {
          if (isOver()) return
          held = why
          halted.abort()
        },
        well(model, beganAt) {
          if (isOver() || held === null || model !== troubled.model || beganAt < troubled.at) return
          held = null
          troubles = 0
        },
      })
      return {
        token,
        halted: halted.signal,
        held: () => held,
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
