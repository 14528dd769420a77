import type { QueryClient } from '@tanstack/react-query'
import { reportStandsMs } from '../../src/contract/board.ts'
import type { EventView } from '../../src/contract/event.ts'
import type { AgentView, TaskView } from '../../src/contract/job.ts'
import { keys } from './keys.ts'

const lineLimit = 200

/**
 * Updates the latest activity of agents directly from the events: sessions send ten updates per second, and refetching a
 * whole board each time would overload a slow server.
 */
export function patchActivity(cache: QueryClient, jobId: string, events: readonly EventView[]): void {
  const byTask = new Map<string, Said>()
  const byAgent = new Map<string, Said>()
  for (const event of events) {
    const line = spokenLine(event)
    if (line === null || isOutspoken(cache, jobId, event)) continue
    const said = { line, at: event.at }
    if (event.task_id !== null) byTask.set(event.task_id, said)
    byAgent.set(event.actor, said)
  }
  if (byAgent.size === 0) return
  cache.setQueryData<TaskView[]>(keys.part(jobId, 'tasks'), (tasks) =>
    tasks?.map((task) => {
      const said = isAtWork(task) ? byTask.get(task.task_id) : undefined
      return said === undefined ? task : { ...task, activity: said.line, activity_at: said.at }
    }),
  )
  cache.setQueryData<AgentView[]>(keys.part(jobId, 'agents'), (agents) =>
    agents?.map((agent) => {
      const said = byAgent.get(`agent:${agent.name}`)
      return said === undefined ? agent : { ...agent, last_activity: said.line, last_activity_at: said.at }
    }),
  )
}

/** The times of the agents' latest reports, by job and agent name. */
const reported = new WeakMap<QueryClient, Map<string, number>>()

/** Whether an agent's report takes precedence over its session activity, which it does for a while, as on the server. */
function isOutspoken(cache: QueryClient, jobId: string, { type, actor, at }: EventView): boolean {
  const times = reported.get(cache) ?? new Map<string, number>()
  reported.set(cache, times)
  const who = `${jobId} ${actor}`
  if (type === 'attempt.progress') times.set(who, Date.parse(at))
  else return Date.parse(at) < (times.get(who) ?? 0) + reportStandsMs
  return false
}

interface Said {
  readonly line: string
  readonly at: string
}

/** Session events that the server records itself and that are not the agent's activity. */
const unspoken = new Set(['session.usage', 'session.prepared', 'session.started', 'session.model'])

/** Returns the activity line of an event; null for pieces of a tool call and token counts. */
function spokenLine(event: EventView): string | null {
  const isSpoken = event.type.startsWith('session.') || event.type === 'attempt.progress'
  if (!isSpoken || unspoken.has(event.type)) return null
  if (event.message === `tool call ${String(event.data['id'])}`) return null
  const line = event.message.trim().split('\n', 1)[0] ?? ''
  return line === '' ? null : line.slice(0, lineLimit)
}

function isAtWork(task: TaskView): boolean {
  return task.status === 'running' || task.status === 'review'
}
