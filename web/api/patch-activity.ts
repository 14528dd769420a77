import type { QueryClient } from '@tanstack/react-query'
import { reportStandsMs } from '../../src/contract/board.ts'
import type { EventView } from '../../src/contract/events/event.ts'
import { activityLine, eventKind } from '../../src/contract/events/event-words.ts'
import type { AgentView, TaskView } from '../../src/contract/job.ts'
import { keys } from './keys.ts'

/**
 * Updates the latest activity of agents directly from the events: sessions send ten updates per second, and refetching a
 * whole board each time would overload a slow server.
 */
export function patchActivity(cache: QueryClient, jobId: string, events: readonly EventView[]): void {
  const byTask = new Map<string, Said>()
  const byAgent = new Map<string, Said>()
  for (const event of events) {
    const line = activityLine(event)
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
function isOutspoken(cache: QueryClient, jobId: string, event: EventView): boolean {
  const times = reported.get(cache) ?? new Map<string, number>()
  reported.set(cache, times)
  const { actor, at } = event
  const who = `${jobId} ${actor}`
  if (eventKind(event) === 'report') times.set(who, Date.parse(at))
  else return Date.parse(at) < (times.get(who) ?? 0) + reportStandsMs
  return false
}

interface Said {
  readonly line: string
  readonly at: string
}

function isAtWork(task: TaskView): boolean {
  return task.status === 'running' || task.status === 'review'
}
