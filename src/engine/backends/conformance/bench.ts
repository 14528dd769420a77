import fs from 'node:fs'
import type { Launch } from '../../../agents/backend.ts'
import type { Profile } from '../../../agents/profile.ts'
import type { PermissionAsked } from '../../../agents/session/session-host.ts'
import type { CaseResult } from '../../../contract/conformance.ts'
import { orderWords, type Order } from '../../../contract/orders.ts'
import type { PermissionPolicy } from '../../../contract/permission.ts'
import { readInside, writeInside } from '../../../lib/inside-files.ts'
import { processesOf } from '../../../sandbox/processes-of.ts'
import type { NewEvent } from '../../../store/events.ts'
import { makeBareWorkspace } from '../../../workspace/attempt-workspace.ts'
import { allowing, refusing } from '../../attempt/ask-permission.ts'
import type { Engine } from '../../engine.ts'
import { openAgent, type OpenAgent } from '../../attempt/open-agent.ts'
import { merge, toEvent } from '../../attempt/record-session.ts'

/** What a case came to, in words. */
export type Verdict = Pick<CaseResult, 'result' | 'sentence'>

/** A place for one case: a workspace that is thrown away, sessions in it, and what was seen of them. */
export interface Bench {
  readonly profile: Profile
  /** Beside the workspace, where an agent must not reach. */
  readonly root: string
  readonly signal: AbortSignal
  /** What agents have asked so far. */
  readonly asked: readonly PermissionAsked[]
  /** What was said and done so far, as events. */
  readonly told: readonly NewEvent[]
  /** `resume`: a session to continue. */
  open(policy: PermissionPolicy, resume?: string): Promise<OpenAgent>
  /** Gives an order and waits for the end of the turn. Throws `SessionError`. */
  order(open: OpenAgent, order: Order, signal?: AbortSignal, before?: string): Promise<void>
  /** The content of a file of the workspace, or null. */
  read(name: string): Promise<string | null>
  /** Leaves a script that the agent is asked to run. */
  script(name: string, text: string): Promise<void>
  /** The processes that are still there. */
  processes(): number[] | null
  /** The model, where it is known. */
  model(): string | null
  /** Whether its models were called through the gateway. */
  throughGateway(): boolean
  close(): Promise<void>
}

const FILE_BYTES = 100_000
/** Events of one case that are kept. */
const EVENTS = 500

/** `root`: a directory of its own. */
export async function openBench(
  engine: Engine,
  backend: { readonly profile: Profile; readonly launch: Launch },
  root: string,
  signal: AbortSignal,
): Promise<Bench> {
  const workspace = await makeBareWorkspace(root)
  const asked: PermissionAsked[] = []
  const told: NewEvent[] = []
  const hear = recording(told, engine.limits.eventTextChars)
  const opened: OpenAgent[] = []
  return {
    profile: backend.profile,
    root,
    signal,
    asked,
    told,
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
            asked.push(question)
            return Promise.resolve(policy === 'deny' ? refusing(question) : allowing(question))
          },
          onUpdate: (update) => hear(toEvent(update, engine.limits.eventTextChars)),
          resume: resume ?? null,
        },
        signal,
      )
      opened.push(open)
      return open
    },
    async order(open, order, stop = signal, before = '') {
      const prompt = `${before}${orderWords(order)}\n\nDo only this, ask nothing, then stop.`
      hear({ type: 'person.message', message: orderWords(order) })
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

/** Keeps events up to a number, pieces of one text together. */
function recording(told: NewEvent[], cap: number): (event: Omit<NewEvent, 'actor'>) => void {
  return (event) => {
    const one = { actor: '', ...event }
    if (told.length < EVENTS && !merge(told, one, cap)) told.push(one)
  }
}

function firstModel(opened: readonly OpenAgent[]): string | null {
  const known = opened.map(({ session, models }) => models.access.model ?? session.model)
  return known.find((model) => model !== null) ?? null
}
