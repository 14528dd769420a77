import type { NewEvent } from '../../store/events.ts'
import { restartOfServer } from '../../domain/set-aside.ts'
import type { Claim, Report } from '../claim.ts'

/**
 * Adjusts the report of work during which the server's own program was replaced or removed: a failure proves nothing, does
 * not count as a try, and is retried at `until` (ISO 8601) or once the server has been restarted. A success counts.
 */
export function heldByUpgrade({ work }: Pick<Claim, 'work'>, report: Report, until: string): Report {
  if (!hasFailed(report)) return report
  const message = `The ${work.kind} was interrupted: Slipway was upgraded while its server ran.`
  const held = { for: 'upgrade', on: restartOfServer, until } as const
  const event: NewEvent = {
    type: `${work.kind}.held`,
    actor: 'server',
    taskId: work.task_id,
    attemptId: work.attempt_id,
    message,
    data: { held },
  }
  if (report.attempt === undefined)
    return { outcome: { kind: 'error', message, upgradedUntil: until }, events: [event] }
  return {
    ...report,
    outcome: { kind: 'session' },
    attempt: { ...report.attempt, status: 'lost', error: message, outcome: { held } },
    events: [...report.events.filter(({ type }) => !/\.(failed|held)$/.test(type)), event],
  }
}

function hasFailed({ attempt, outcome }: Report): boolean {
  if (attempt !== undefined) return attempt.status === 'failed' || attempt.status === 'lost'
  return outcome.kind === 'error' || (outcome.kind === 'checks' && outcome.verdict === 'fail')
}
