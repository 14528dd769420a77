import type { AttemptWait } from '../../domain/model.ts'
import { clock } from '../../lib/clock.ts'
import type { Call, CallOutcome } from './call.ts'
import type { GatewayContext } from './gateway-context.ts'
import type { Fault } from '../fault.ts'
import { pass } from './pass.ts'
import type { Outage } from '../provider-health.ts'
import { recordCall } from './record-call.ts'
import { gatewayErrors, refuse } from './refuse.ts'

/**
 * Sends a call to its provider and records its usage. A provider failure before the response has begun is retried, after a
 * pause shared by all callers of the provider, until the patience limit; after that the attempt is asked to end, and waits
 * as a job.
 */
export async function forward(context: GatewayContext, call: Call): Promise<void> {
  const { target, response, route } = call
  const deadline = clock.now() + context.limits.modelPatienceMs
  for (;;) {
    const outage = await context.health.admit(target.name, deadline, call.signal)
    if (outage !== null) {
      call.grant.halt(untilOver(target.name, outage))
      return refuse(response, route.wire, gatewayErrors.paused(target.name, outage.reason))
    }
    const passed = await tryOnce(context, call)
    if (passed.fault === null) return undefined
    const again = await settle(context, call, passed, passed.fault, deadline)
    if (!again) return respondWithFault(call, passed)
  }
}

/** Sends a call once and records it in the ledger. */
async function tryOnce(context: GatewayContext, call: Call): Promise<CallOutcome> {
  const { name } = call.target
  try {
    const passed = await pass(context, call)
    if (passed.fault === null && !passed.isAborted) {
      context.health.succeeded(name)
      call.grant.succeeded(call.content.model, clock.now() - passed.durationMs)
      if (passed.refusal !== null) respondWithFault(call, passed)
    }
    await recordCall(context, call, passed)
    return passed
  } finally {
    context.health.done(name)
  }
}

/** Applies the consequences of a provider failure to the attempt; returns true when the call may be retried. */
async function settle(
  context: GatewayContext,
  call: Call,
  passed: CallOutcome,
  fault: Fault,
  deadline: number,
): Promise<boolean> {
  const { target, grant, response } = call
  if (fault.kind === 'status' && fault.cure === 'person') {
    const on = `the provider "${target.name}": ${fault.message}`
    await context.reportTrouble(target, on)
    grant.halt({ for: 'backend', provider: target.name, on })
    return false
  }
  const retryAfter = fault.kind === 'status' ? fault.retryAfterMs : null
  const beganAt = clock.now() - passed.durationMs
  const outage = context.health.failed(target.name, fault.message, retryAfter, beganAt)
  const wait = untilOver(target.name, outage)
  if (response.headersSent) grant.report(wait, call.content.model)
  else if (outage.until > deadline) grant.halt(wait)
  else return true
  return false
}

function untilOver(provider: string, { reason, until }: Outage): AttemptWait {
  return {
    for: 'retry',
    provider,
    on: `the provider "${provider}": ${reason}`,
    until: new Date(until).toISOString(),
  }
}

/** Sends the provider's error to the agent, or ends a response that has already begun. */
function respondWithFault({ response, route, target }: Call, { refusal, fault }: CallOutcome): void {
  if (response.destroyed) return
  if (response.headersSent) {
    response.destroy()
    return
  }
  if (refusal === null) {
    refuse(response, route.wire, gatewayErrors.failed(target.name, fault?.message ?? 'it gave no answer'))
    return
  }
  response.writeHead(refusal.status, { ...refusal.headers, 'content-length': refusal.body.length })
  response.end(refusal.body)
}
