import type { QueryClient } from '@tanstack/react-query'
import type { EventView } from '../../src/contract/event.ts'
import type { AgentView, TaskView } from '../../src/contract/job.ts'
import { keys } from './keys.ts'

const lineLimit = 200

/**
 * Puts what agents said last where it is shown, straight from the events: sessions speak ten times a second, and asking
 * for a whole board each time would drown a slow server.
 */
export function patchActivity(cache: QueryClient, jobId: string, events: readonly EventView[]): void {
  const byTask = new Map<string, Said>()
  const byAgent = new Map<string, Said>()
  for (const event of events) {
    const line = spokenLine(event)
    if (line === null) continue
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

interface Said {
  readonly line: string
  readonly at: string
}

/** What an event of a session says to somebody who watches; pieces of a tool call and counts of tokens say nothing. */
function spokenLine(event: EventView): string | null {
  if (!event.type.startsWith('session.') || event.type === 'session.usage') return null
  if (event.message === `tool call ${String(event.data['id'])}`) return null
  const line = event.message.trim().split('\n', 1)[0] ?? ''
  return line === '' ? null : line.slice(0, lineLimit)
}

function isAtWork(task: TaskView): boolean {
  return task.status === 'running' || task.status === 'review'
}
