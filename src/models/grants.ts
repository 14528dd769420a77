import { createHash, randomBytes } from 'node:crypto'

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
  /** Ends its calls; resolves when the last of them is in the ledger. Safe to call twice. */
  close(): Promise<void>
}

export interface OpenGrant {
  readonly caller: Caller
  /** Aborted when the grant is closed. */
  readonly signal: AbortSignal
  /** Waited for when the grant is closed. */
  busy(call: Promise<void>): Promise<void>
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
      const controller = new AbortController()
      const hash = hashOf(token)
      const calls = new Set<Promise<void>>()
      open.set(hash, {
        caller,
        signal: controller.signal,
        async busy(call) {
          calls.add(call)
          await call.finally(() => calls.delete(call))
        },
      })
      return {
        token,
        async close() {
          open.delete(hash)
          controller.abort(new Error('the attempt has ended'))
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
