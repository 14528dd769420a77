import {
  methods,
  RequestError,
  type ClientApp,
  type RequestPermissionRequest,
} from '@agentclientprotocol/sdk'
import type { SessionUpdate } from '../backend.ts'
import type { SessionHost } from '../session/session-host.ts'
import type { Terminals } from './terminals.ts'
import type { ToolCalls } from './tool-calls.ts'

/** Dependencies for answering an agent's requests. */
export interface Serving {
  readonly host: SessionHost
  readonly terminals: Terminals
  readonly calls: ToolCalls
  /** Returns the signal that aborts when the turn ends, so that requests that no longer need an answer are withdrawn. */
  readonly turnSignal: () => AbortSignal
  /** Pauses the session's time limits while a person is asked; the returned function resumes them. */
  readonly hold: () => () => void
  readonly onUpdate: (update: SessionUpdate) => void
}

/** Handles an agent's requests to its client: permissions, files and terminals. */
export function serveClient(app: ClientApp, serving: Serving): ClientApp {
  const { host, terminals } = serving
  return app
    .onRequest(methods.client.session.requestPermission, ({ params }) => askPermission(params, serving))
    .onRequest(methods.client.fs.readTextFile, async ({ params }) => {
      const text = await orRefused(host.readFile(params.path))
      // Agents check for a file before they create it, and distinguish this error from others.
      if (text === null) throw RequestError.resourceNotFound(params.path)
      return { content: cutLines(text, params.line ?? null, params.limit ?? null) }
    })
    .onRequest(methods.client.fs.writeTextFile, async ({ params }) => {
      await orRefused(host.writeFile(params.path, params.content))
      return {}
    })
    .onRequest(methods.client.terminal.create, async ({ params }) => ({
      terminalId: await orRefused(terminals.create(params)),
    }))
    .onRequest(methods.client.terminal.output, ({ params }) => terminals.output(params.terminalId))
    .onRequest(methods.client.terminal.waitForExit, ({ params }) => terminals.waitForExit(params.terminalId))
    .onRequest(methods.client.terminal.kill, async ({ params }) => {
      await terminals.kill(params.terminalId)
      return {}
    })
    .onRequest(methods.client.terminal.release, async ({ params }) => {
      await terminals.release(params.terminalId)
      return {}
    })
}

async function askPermission(
  { toolCall, options }: RequestPermissionRequest,
  serving: Serving,
): Promise<{ outcome: { outcome: 'cancelled' } | { outcome: 'selected'; optionId: string } }> {
  const call = serving.calls.upsert(toolCall)
  serving.onUpdate(call)
  const release = serving.hold()
  try {
    const choice = await serving.host.answer(
      {
        title: call.title ?? 'a tool call',
        toolKind: call.toolKind,
        input: call.input,
        options: options.map(({ optionId, name, kind }) => ({ id: optionId, name, kind })),
      },
      serving.turnSignal(),
    )
    return choice === null
      ? { outcome: { outcome: 'cancelled' } }
      : { outcome: { outcome: 'selected', optionId: choice.id } }
  } finally {
    release()
  }
}

/** Turns an error into a response with the reason, which the agent's model reads. */
async function orRefused<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (error instanceof RequestError) throw error
    throw RequestError.invalidParams(undefined, error instanceof Error ? error.message : String(error))
  }
}

function cutLines(text: string, line: number | null, limit: number | null): string {
  if (line === null && limit === null) return text
  const start = Math.max(0, (line ?? 1) - 1)
  return text
    .split('\n')
    .slice(start, limit === null ? undefined : start + limit)
    .join('\n')
}
