import fs from 'node:fs'
import type { Launch } from '../../../agents/backend.ts'
import type { Profile } from '../../../agents/profile.ts'
import type { PermissionPrompt } from '../../../agents/session/session-host.ts'
import type { CaseResult } from '../../../contract/conformance.ts'
import type { EventContent } from '../../../contract/events/event-data.ts'
import { formatOrder, type Order } from '../../../contract/orders.ts'
import type { PermissionPolicy } from '../../../contract/permission.ts'
import { newId } from '../../../lib/ids.ts'
import { readInside, writeInside } from '../../../lib/inside-files.ts'
import { processesOf } from '../../../sandbox/processes-of.ts'
import type { NewEvent } from '../../../store/events.ts'
import { makeBareWorkspace } from '../../../workspace/attempt-workspace.ts'
import { allowing, refusing } from '../../attempt/ask-permission.ts'
import type { Engine } from '../../engine.ts'
import { openAgent, type OpenAgent } from '../../attempt/open-agent.ts'
import { merge, toEvent } from '../../attempt/record-session.ts'

/** The result of a case, with a sentence that explains it. */
export type Verdict = Pick<CaseResult, 'result' | 'sentence'>

/** The environment of one case: a temporary workspace, sessions in it, and a record of what they did. */
export interface Bench {
  readonly profile: Profile
  /** The directory that holds the workspace; the agent cannot access the rest of it. */
  readonly root: string
  readonly signal: AbortSignal
  /** Permission requests of the agents so far. */
  readonly prompts: readonly PermissionPrompt[]
  /** Messages and actions so far, as events. */
  readonly events: readonly NewEvent[]
  /** Opens a session; `resume` is the id of a session to continue. */
  open(policy: PermissionPolicy, resume?: string): Promise<OpenAgent>
  /** Sends an order and waits for the end of the turn. Throws `SessionError`. */
  order(open: OpenAgent, order: Order, signal?: AbortSignal, before?: string): Promise<void>
  /** Returns the content of a file of the workspace, or null when there is none. */
  read(name: string): Promise<string | null>
  /** Writes an executable script into the workspace. */
  script(name: string, text: string): Promise<void>
  /** Returns the ids of the processes still running, or null where they cannot be determined. */
  processes(): number[] | null
  /** Returns the model, or null when it is not known. */
  model(): string | null
  /** Whether models were called through the gateway. */
  throughGateway(): boolean
  close(): Promise<void>
}

const FILE_BYTES = 100_000
/** The maximum number of events kept of one case. */
const EVENTS = 500

/** Opens a bench in `root`, a directory of its own. */
export async function openBench(
  engine: Engine,
  backend: { readonly profile: Profile; readonly launch: Launch },
  root: string,
  signal: AbortSignal,
): Promise<Bench> {
  const workspace = await makeBareWorkspace(root)
  const prompts: PermissionPrompt[] = []
  const events: NewEvent[] = []
  const record = recording(events, engine.limits.eventTextChars)
  const opened: OpenAgent[] = []
  return {
    profile: backend.profile,
    root,
    signal,
    prompts,
    events,
    async open(policy, resume) {
      const { id } = backend.profile
      const open = await openAgent(
        engine,
        {
          ...backend,
          workspace,
          caller: { backend: id, jobId: null, taskId: null, attemptId: null, role: null },
          label: `conformance of ${id}`,
          policy,
          answer(question) {
            prompts.push(question)
            return Promise.resolve(policy === 'deny' ? refusing(question) : allowing(question))
          },
          onUpdate: (update) => record(toEvent(update, engine.limits.eventTextChars)),
          resume: resume ?? null,
        },
        signal,
      )
      opened.push(open)
      return open
    },
    async order(open, order, stop = signal, before = '') {
      const text = formatOrder(order)
      const prompt = `${before}${text}\n\nDo only this, ask nothing, then stop.`
      const data = { message_id: newId(), agent_id: newId(), text, delivery: 'At once.' }
      record({ type: 'person.message', message: text, data })
      await open.session.prompt(prompt, stop)
    },
    read: async (name) => (await readInside(workspace.dir, name, FILE_BYTES))?.toString('utf8') ?? null,
    script: (name, text) => writeInside(workspace.dir, name, text, 0o755),
    processes: () => processesOf(root),
    model: () => firstModel(opened),
    throughGateway: () => opened.some(({ models }) => models.access.gateway !== null),
    async close() {
      await Promise.all(opened.map((open) => open.close()))
      await fs.promises.rm(root, { recursive: true, force: true })
    },
  }
}

/** Returns a function that records events up to a maximum number and merges the chunks of one text. */
function recording(events: NewEvent[], cap: number): (event: EventContent) => void {
  return (event) => {
    const added = { actor: '', ...event }
    if (events.length < EVENTS && !merge(events, added, cap)) events.push(added)
  }
}

function firstModel(opened: readonly OpenAgent[]): string | null {
  const known = opened.map(({ session, models }) => models.access.model ?? session.model)
  return known.find((model) => model !== null) ?? null
}
