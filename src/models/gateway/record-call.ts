import { clock } from '../../lib/clock.ts'
import type { CallRecord } from './call-record.ts'
import type { GatewayContext } from './gateway-context.ts'
import type { Call, CallOutcome } from './call.ts'
import { costOf } from '../prices.ts'
import type { CallUsage } from '../usage.ts'

/** The bytes counted as one token when no usage is reported. */
const BYTES_PER_TOKEN = 4

/** Writes a call that was sent to the ledger. A failure to write is logged, because the response has already been sent. */
export async function recordCall(context: GatewayContext, call: Call, passed: CallOutcome): Promise<void> {
  const { kind, wire } = call.route
  if (kind === 'count' || kind === 'models') return
  const { target, content, grant } = call
  const reported = passed.answer?.usage ?? null
  const usage = reported ?? estimate(call, passed)
  grant.count(content.model, usage.input + usage.output)
  const price = context.prices.find(target.name, content.model)
  const record: CallRecord = {
    caller: grant.caller,
    provider: target.name,
    wire,
    model: content.model,
    status: passed.status,
    outcome: outcomeOf(passed),
    usage,
    estimated: reported === null && usage.input > 0,
    cost: price === null ? null : costOf(price, usage),
    firstByteMs: passed.firstByteMs,
    durationMs: passed.durationMs,
    at: clock.date(),
  }
  try {
    await context.record(record)
  } catch (error) {
    context.log.error({ err: error, record: { ...record, caller: grant.caller.attemptId } }, 'the ledger')
  }
}

function outcomeOf({ isAborted, fault, status }: CallOutcome): CallRecord['outcome'] {
  if (isAborted) return 'gone'
  if (fault !== null) return fault.kind
  return status === null || status < 400 ? 'ok' : 'refused'
}

/** Estimates the usage from the bytes, only for a complete response without usage: failed or aborted calls are not billed. */
function estimate(call: Call, passed: CallOutcome): CallUsage {
  const none = { input: 0, cached: 0, cacheWrite: 0, output: 0, reasoning: 0 }
  if (outcomeOf(passed) !== 'ok') return none
  const tokens = (bytes: number): number => Math.ceil(bytes / BYTES_PER_TOKEN)
  return { ...none, input: tokens(call.content.size), output: tokens(passed.answer?.bytes ?? 0) }
}
