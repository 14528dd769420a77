import fs from 'node:fs'
import type { FileEdit, SessionUpdate } from '../../agents/backend.ts'
import { reportStandsMs } from '../../contract/board.ts'
import type { EventContent, EventType } from '../../contract/events/event-data.ts'
import { activityLine, untitledCall } from '../../contract/events/event-words.ts'
import { clock } from '../../lib/clock.ts'
import { startTimer, type Timer } from '../../lib/timers.ts'
import type { AttemptTask } from '../../store/attempts.ts'
import type { NewEvent } from '../../store/events.ts'
import { updateAgent } from '../../store/team.ts'
import type { Engine } from '../engine.ts'
import type { Claim } from '../claim.ts'
import { underLease } from '../job-transactions.ts'

/** Turns an agent's updates into events. */
export interface Recorder {
  add(update: SessionUpdate): void
  note(message: string): void
  /** Records a report that the agent makes on its own; for a while, no other update replaces it on the card. */
  report(message: string): void
  /** Resolves when everything added before is stored, with an event about the updates that could not be stored. */
  close(): Promise<NewEvent[]>
}

/** The minimum interval in ms between two writes for one attempt (25 a second); the first of a burst is written at once. */
const INTERVAL_MS = 40
/**
 * The maximum number of events that may wait for the database; further ones are only counted, and are in the transcript
 * file.
 */
const WAITING = 200

/**
 * Records a session twice: complete in the attempt's transcript file (up to a limit), and coalesced and capped as events.
 * Writes are made under the lease: after the work has passed to another worker, nothing more is stored.
 */
export function openRecorder(
  engine: Engine,
  claim: Claim,
  attempt: AttemptTask,
  transcript: string,
): Recorder {
  const file = fs.createWriteStream(transcript, { flags: 'a', mode: 0o600 })
  file.on('error', (error) => engine.log.warn({ err: error, attempt: attempt.id }, 'transcript'))
  let written = 0
  let waiting: NewEvent[] = []
  let dropped = 0
  let timer: Timer | null = null
  let last = 0
  let reportedUntil = 0
  let storing: Promise<void> | null = null
  const cap = engine.limits.eventTextChars
  const about = { actor: `agent:${attempt.agent}`, taskId: attempt.task_id, attemptId: attempt.id }

  const gap = (): NewEvent[] => {
    if (dropped === 0) return []
    const message = `${dropped} more updates are in the transcript only.`
    const event: NewEvent = { ...about, type: 'session.capped', message, data: { dropped } }
    dropped = 0
    return [event]
  }
  /** Stores the waiting events. One batch at a time: events that arrive meanwhile wait, up to a bound. */
  const flush = async (): Promise<void> => {
    last = clock.now()
    const droppedEvents = dropped
    const batch = [...waiting, ...gap()]
    waiting = []
    if (batch.length === 0) return
    const isReported = clock.now() < reportedUntil
    try {
      await store(engine, claim, attempt, batch, spokenLast(batch, isReported))
    } catch (error) {
      dropped += batch.length - (droppedEvents > 0 ? 1 : 0) + droppedEvents
      engine.log.error({ err: error, attempt: attempt.id }, 'could not store what the agent said')
    }
  }
  const begin = (): void => {
    timer = null
    storing = flush().finally(() => {
      storing = null
      if (waiting.length > 0) schedule()
    })
  }
  const schedule = (): void => {
    if (storing !== null || timer !== null) return
    const wait = last + INTERVAL_MS - clock.now()
    if (wait > 0) timer = startTimer(wait, begin)
    else begin()
  }
  const push = (event: NewEvent): void => {
    if (waiting.length >= WAITING) dropped += 1
    else if (!merge(waiting, event, cap)) waiting.push(event)
    schedule()
  }

  return {
    add(update) {
      const line = `${JSON.stringify({ at: clock.iso(), ...update })}\n`
      if (written + line.length <= engine.limits.transcriptBytes) {
        written += line.length
        file.write(line)
      }
      // A policy's answer is the server's, not the agent's.
      const actor = update.kind === 'permission' ? 'server' : about.actor
      push({ ...about, actor, ...toEvent(update, cap), at: clock.date() })
    },
    note: (message) => push({ ...about, actor: 'server', type: 'session.note', message }),
    report(message) {
      reportedUntil = clock.now() + reportStandsMs
      // Never dropped: reports are few, and the agent was promised that they are seen.
      waiting.push({ ...about, type: 'attempt.progress', message, at: clock.date() })
      schedule()
    },
    async close() {
      while (storing !== null) await storing
      timer?.stop()
      await flush()
      await new Promise<void>((resolve) => file.end(() => resolve()))
      return gap()
    },
  }
}

async function store(
  engine: Engine,
  claim: Claim,
  attempt: AttemptTask,
  events: readonly NewEvent[],
  activity: string | null,
): Promise<void> {
  await underLease(engine.db, claim, async ({ trx, append }) => {
    await append(events)
    if (activity === null) return
    await updateAgent(trx, attempt.agent_id, { last_activity: activity, last_activity_at: clock.date() })
  })
}

/** Returns the activity for the agent's card: its last report, or its last update when no report is being shown. */
function spokenLast(events: readonly NewEvent[], isReported: boolean): string | null {
  const shown = isReported ? events.filter((event) => event.type === 'attempt.progress') : events
  return shown.map(activityLine).findLast((line) => line !== null) ?? null
}

/**
 * Merges a chunk of the same message, thought or tool call into the last of `waiting`; returns false when `event` stands
 * alone.
 */
export function merge(waiting: NewEvent[], event: NewEvent, cap: number): boolean {
  const before = waiting.at(-1)
  if (before === undefined || before.type !== event.type) return false
  if (event.type === 'session.message' || event.type === 'session.thought') {
    if (before.message.length + event.message.length > cap) return false
    waiting[waiting.length - 1] = { ...before, message: before.message + event.message }
    return true
  }
  // A command's output arrives in portions, each with all output so far: the newest replaces the others.
  if (event.type === 'session.tool_call' && before.type === event.type && event.data.id === before.data.id) {
    waiting[waiting.length - 1] = { ...event, data: mergeCalls(before.data, event.data) }
    return true
  }
  return false
}

type CallData = EventContent<'session.tool_call'>['data']

/** Returns the changes to a tool call, with the fields that were reported before and are not repeated. */
function mergeCalls(before: CallData, now: CallData): CallData {
  const diffs = now.diffs ?? before.diffs
  return {
    id: now.id,
    status: now.status ?? before.status,
    kind: now.kind ?? before.kind,
    input: now.input ?? before.input,
    output: now.output ?? before.output,
    paths: now.paths.length > 0 ? now.paths : before.paths,
    ...(diffs === undefined ? {} : { diffs }),
  }
}

/** The events that an agent's updates become. */
type UpdateEvent = EventContent<
  Extract<EventType, `session.${'message' | 'thought' | 'tool_call' | 'plan' | 'permission' | 'usage'}`>
>

/** Converts an update into an event, with its texts cut to `cap` characters. */
export function toEvent(update: SessionUpdate, cap: number): UpdateEvent {
  const cut = (text: string): string => (text.length <= cap ? text : `${text.slice(0, cap)}… [cut]`)
  switch (update.kind) {
    case 'message':
      return { type: 'session.message', message: cut(update.text) }
    case 'thought':
      return { type: 'session.thought', message: cut(update.text) }
    case 'tool_call':
      return {
        type: 'session.tool_call',
        message: cut(update.title ?? untitledCall(update.id)),
        data: {
          id: update.id,
          status: update.status,
          kind: update.toolKind,
          input: small(update.input, cap),
          output: update.output === null ? null : cut(update.output),
          paths: update.paths,
          ...(update.diffs.length === 0 ? {} : { diffs: update.diffs.map((diff) => smallDiff(diff, cap)) }),
        },
      }
    case 'plan':
      return {
        type: 'session.plan',
        message: `Plan: ${update.entries.filter((entry) => entry.status === 'completed').length} of ${update.entries.length} done`,
        data: { entries: update.entries },
      }
    case 'permission':
      return {
        type: 'session.permission',
        message: `${cut(update.title)}: ${update.answer}`,
        data: { answer: update.answer, policy: update.policy },
      }
    case 'usage':
      return {
        type: 'session.usage',
        message: `${update.inputTokens + update.outputTokens} tokens`,
        data: {
          input_tokens: update.inputTokens,
          output_tokens: update.outputTokens,
          cost_usd: update.costUsd,
        },
      }
  }
}

function smallDiff(diff: FileEdit, cap: number): FileEdit {
  const cut = (text: string): string => (text.length <= cap ? text : text.slice(0, cap))
  return { path: diff.path, old: diff.old === null ? null : cut(diff.old), new: cut(diff.new) }
}

function small(input: unknown, cap: number): unknown {
  const text = JSON.stringify(input) ?? 'null'
  return text.length <= cap ? input : `${text.slice(0, cap)}… [cut]`
}
