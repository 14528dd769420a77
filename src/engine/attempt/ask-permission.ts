import type { PermissionPrompt, PermissionChoice, SessionHost } from '../../agents/session/session-host.ts'
import type { PermissionKind } from '../../contract/permission.ts'
import { clock, isoTime } from '../../lib/clock.ts'
import { newId } from '../../lib/ids.ts'
import type { AttemptTask } from '../../store/attempts.ts'
import { insertPermission } from '../../store/permissions.ts'
import { updateAgent } from '../../store/team.ts'
import { permissionAsk } from '../ask.ts'
import type { Claim } from '../claim.ts'
import type { Engine } from '../engine.ts'
import { awaitPerson, requestFromPerson } from './ask-person.ts'
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
  return async (prompt, signal) => {
    if (permissions === 'ask') return askPerson(engine, claim, attempt, prompt, signal)
    const choice = permissions === 'sandbox' ? allowing(prompt) : refusing(prompt)
    recorder.add({
      kind: 'permission',
      title: prompt.title,
      answer: choice?.name ?? 'refused',
      policy: permissions,
    })
    return choice
  }
}

/** Chooses an option that allows, `allow_once` first: a standing permission is avoided, so that every action is asked about. */
export function allowing(prompt: PermissionPrompt): PermissionChoice | null {
  return first(prompt, ['allow_once', 'allow_always'])
}

export function refusing(prompt: PermissionPrompt): PermissionChoice | null {
  return first(prompt, ['reject_once', 'reject_always'])
}

function first(prompt: PermissionPrompt, kinds: readonly PermissionKind[]): PermissionChoice | null {
  const found = kinds.map((kind) => prompt.options.find((option) => option.kind === kind))
  return found.find((option) => option !== undefined) ?? null
}

/** Asks a person and waits, without a slot, until the answer, the deadline or the end of the session. */
async function askPerson(
  engine: Engine,
  claim: Claim,
  attempt: AttemptTask,
  prompt: PermissionPrompt,
  sessionSignal: AbortSignal,
): Promise<PermissionChoice | null> {
  const id = newId()
  const until = clock.now() + engine.limits.permissionMs
  const signal = AbortSignal.any([sessionSignal, claim.signal])
  if (!(await requestPermission(engine, claim, attempt, prompt, { id, deadline: new Date(until) })))
    return null
  const reclaimSlot = engine.running.slots.lend()
  try {
    const permission = await awaitPerson(engine, claim, permissionAsk, { id, until, signal })
    if (permission === null) return null
    if (permission.outcome === 'expired') return refusing(prompt)
    // Match by index: a stored option id may differ from the one that the agent sent.
    const chosen = permission.options.findIndex((option) => option.id === permission.option_id)
    return prompt.options[chosen] ?? null
  } finally {
    reclaimSlot()
  }
}

function requestPermission(
  engine: Engine,
  claim: Claim,
  attempt: AttemptTask,
  prompt: PermissionPrompt,
  { id, deadline }: { readonly id: string; readonly deadline: Date },
): Promise<boolean> {
  const title = prompt.title.slice(0, TITLE_CHARS)
  const options = prompt.options.map((option) => ({ ...option }))
  const kind = prompt.toolKind
  return requestFromPerson(engine, claim, attempt, {
    async insert(trx) {
      const of = { task_id: attempt.task_id, attempt_id: attempt.id, agentId: attempt.agent_id, deadline }
      const request = { id, jobId: claim.job.id, title, kind, input: short(prompt.input), options }
      await insertPermission(trx, { ...of, ...request })
      await updateAgent(trx, attempt.agent_id, { status: 'waiting' })
    },
    event: {
      type: 'permission.asked',
      message: `${attempt.agent} asks for permission: ${title}`,
      data: { permission_id: id, title, kind, options, deadline: isoTime(deadline) },
    },
  })
}

function short(input: unknown): unknown {
  const text = JSON.stringify(input ?? null)
  return text.length <= INPUT_CHARS ? (input ?? null) : `${text.slice(0, INPUT_CHARS)}… [cut]`
}
