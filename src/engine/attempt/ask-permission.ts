import type { PermissionAsked, PermissionChoice, SessionHost } from '../../agents/session/session-host.ts'
import type { PermissionKind, PermissionView } from '../../contract/permission.ts'
import { clock } from '../../lib/clock.ts'
import { newId } from '../../lib/ids.ts'
import { waitFor } from '../../lib/waiting.ts'
import type { AttemptTask } from '../../store/attempts.ts'
import { closePermission, insertPermission, readPermission } from '../../store/permissions.ts'
import { notePersonWait } from '../../store/person-wait.ts'
import { updateAgent } from '../../store/team.ts'
import type { Claim } from '../claim.ts'
import type { Engine } from '../engine.ts'
import { underLease } from '../job-transactions.ts'
import type { Recorder } from './record-session.ts'

/** The maximum number of characters kept of a request's title and input. */
const TITLE_CHARS = 1000
const INPUT_CHARS = 20_000

/** Answers the permission requests of an attempt by its job's policy, and records every answer. */
export function answerPermissions(
  engine: Engine,
  claim: Claim,
  attempt: AttemptTask,
  recorder: Recorder,
): SessionHost['answer'] {
  const { permissions } = claim.job
  return async (asked, signal) => {
    if (permissions === 'ask') return askPerson(engine, claim, attempt, asked, signal)
    const choice = permissions === 'sandbox' ? allowing(asked) : refusing(asked)
    recorder.add({
      kind: 'permission',
      title: asked.title,
      answer: choice?.name ?? 'refused',
      policy: permissions,
    })
    return choice
  }
}

/** Chooses an option that allows, `allow_once` first: a standing permission is avoided, so that every act is asked about. */
export function allowing(asked: PermissionAsked): PermissionChoice | null {
  return first(asked, ['allow_once', 'allow_always'])
}

export function refusing(asked: PermissionAsked): PermissionChoice | null {
  return first(asked, ['reject_once', 'reject_always'])
}

function first(asked: PermissionAsked, kinds: readonly PermissionKind[]): PermissionChoice | null {
  const found = kinds.map((kind) => asked.options.find((option) => option.kind === kind))
  return found.find((option) => option !== undefined) ?? null
}

/** Asks a person and waits, without a slot, until the answer, the deadline or the end of the session. */
async function askPerson(
  engine: Engine,
  claim: Claim,
  attempt: AttemptTask,
  asked: PermissionAsked,
  signal: AbortSignal,
): Promise<PermissionChoice | null> {
  const id = newId()
  const deadline = new Date(clock.now() + engine.limits.permissionMs)
  const stop = AbortSignal.any([signal, claim.signal])
  let waiting = engine.answers.next(id)
  let takeSlotBack = (): void => undefined
  try {
    if (!(await putToPerson(engine, claim, attempt, asked, { id, deadline }))) return null
    takeSlotBack = engine.running.slots.lend()
    for (;;) {
      const ms = deadline.getTime() - clock.now()
      await waitFor(waiting.sign, { signal: stop, ms }, () => undefined)
      waiting = engine.answers.next(id)
      const permission = await settled(engine, claim, attempt, id, { deadline, stop })
      if (permission === 'open') continue
      if (permission === null) return null
      if (permission.outcome === 'expired') return refusing(asked)
      // Match by index: a stored option id may differ from the one that the agent sent.
      const chosen = permission.options.findIndex((option) => option.id === permission.option_id)
      return asked.options[chosen] ?? null
    }
  } finally {
    takeSlotBack()
    waiting.stop()
  }
}

async function putToPerson(
  engine: Engine,
  claim: Claim,
  attempt: AttemptTask,
  asked: PermissionAsked,
  { id, deadline }: { readonly id: string; readonly deadline: Date },
): Promise<boolean> {
  const title = asked.title.slice(0, TITLE_CHARS)
  const options = asked.options.map((option) => ({ ...option }))
  const put = await underLease(engine.db, claim, async ({ trx, job, append }) => {
    const about = { task_id: attempt.task_id, attempt_id: attempt.id }
    const request = { id, ...about, title, kind: asked.toolKind, input: short(asked.input), options }
    await insertPermission(trx, { ...request, jobId: job.id, agentId: attempt.agent_id, deadline })
    await updateAgent(trx, attempt.agent_id, { status: 'waiting' })
    await notePersonWait(trx, job.id)
    await append([
      {
        type: 'permission.asked',
        actor: `agent:${attempt.agent}`,
        taskId: attempt.task_id,
        attemptId: attempt.id,
        message: `${attempt.agent} asks for permission: ${title}`,
        data: { permission_id: id, title, kind: asked.toolKind, options, deadline: deadline.toISOString() },
      },
    ])
    return true
  })
  return put ?? false
}

/**
 * Returns the request once it is over, or `open` until then. Closes it when its deadline has passed or its session has
 * ended. Returns null when this worker has lost the work and so has no session to answer.
 */
async function settled(
  engine: Engine,
  claim: Claim,
  attempt: AttemptTask,
  id: string,
  { deadline, stop }: { readonly deadline: Date; readonly stop: AbortSignal },
): Promise<PermissionView | 'open' | null> {
  return underLease(engine.db, claim, async ({ trx, job, append }) => {
    const found = await readPermission(trx, job.id, id)
    if (found === null || found.permission.outcome !== null) return found?.permission ?? null
    const outcome = stop.aborted ? 'withdrawn' : clock.now() >= deadline.getTime() ? 'expired' : null
    if (outcome === null) return 'open'
    await closePermission(trx, id, { outcome, optionId: null, actor: 'server' })
    await updateAgent(trx, attempt.agent_id, { status: 'working' })
    await notePersonWait(trx, job.id)
    const why =
      outcome === 'expired'
        ? 'Nobody answered in time, so it was refused'
        : 'The session ended before anybody answered'
    await append([
      {
        type: 'permission.answered',
        actor: 'server',
        taskId: attempt.task_id,
        attemptId: attempt.id,
        message: `${why}: ${found.permission.title}`,
        data: { permission_id: id, outcome, option_id: null },
      },
    ])
    return { ...found.permission, outcome }
  })
}

function short(input: unknown): unknown {
  const text = JSON.stringify(input ?? null)
  return text.length <= INPUT_CHARS ? (input ?? null) : `${text.slice(0, INPUT_CHARS)}… [cut]`
}
