import type { CallRecord } from './call-record.ts'
import type { GatewayContext } from './gateway-context.ts'
import type { Call, Passed } from './call.ts'
import { costOf } from './prices.ts'
import type { CallUsage } from './usage.ts'

/** Where nobody says what was used, so many bytes count as a token. */
const BYTES_PER_TOKEN = 4

/** Writes a call that was sent into the ledger. What cannot be written is logged: the answer has gone out already. */
export async function recordCall(context: GatewayContext, call: Call, passed: Passed): Promise<void> {
  const { kind, wire } = call.route
  if (kind === 'count' || kind === 'models') return
  const { target, asked, grant } = call
  const told = passed.answer?.usage ?? null
  const usage = told ?? estimate(call, passed)
  grant.count(asked.model, usage.input + usage.output)
  const price = context.prices.find(target.name, asked.model)
  const record: CallRecord = {
    caller: grant.caller,
    provider: target.name,
    wire,
    model: asked.model,
    status: passed.status,
    outcome: outcomeOf(passed),
    usage,
    estimated: told === null && usage.input > 0,
    cost: price === null ? null : costOf(price, usage),
    firstByteMs: passed.firstByteMs,
    durationMs: passed.durationMs,
    at: new Date(),
  }
  try {
    await context.record(record)
  } catch (error) {
    context.log.error({ err: error, record: { ...record, caller: grant.caller.attemptId } }, 'the ledger')
  }
}

function outcomeOf({ isGone, fault, status }: Passed): CallRecord['outcome'] {
  if (isGone) return 'gone'
  if (fault !== null) return fault.kind
  return status === null || status < 400 ? 'ok' : 'refused'
}

/** Only a whole answer that says nothing is counted by its bytes: what failed or was broken off is billed by nobody. */
function estimate(call: Call, passed: Passed): CallUsage {
  const none = { input: 0, cached: 0, cacheWrite: 0, output: 0, reasoning: 0 }
  if (outcomeOf(passed) !== 'ok') return none
  const tokens = (bytes: number): number => Math.ceil(bytes / BYTES_PER_TOKEN)
  return { ...none, input: tokens(call.asked.size), output: tokens(passed.answer?.bytes ?? 0) }
}
