/** Finds tasks and agents of a job by the names that people use: a task by its key or its id, an agent by its name. */
import type { Client } from '../client/open-client.ts'
import type { AgentView, TaskView } from '../client/views.ts'
import { cleanLine } from './screen/clean-text.ts'
import { Failure } from './failure.ts'

const shown = 12

/** Throws `Failure` with the available names. When a key occurs twice, the later task is returned. */
export async function findTask(client: Client, jobId: string, input: string): Promise<TaskView> {
  const tasks = await client.tasks(jobId)
  const task =
    tasks.findLast((each) => each.key === input) ?? tasks.find((each) => each.task_id === input.toLowerCase())
  if (task !== undefined) return task
  throw new Failure(`the job has no task ${input}`, {
    hint: listed(
      'tasks',
      tasks.map((each) => each.key),
    ),
  })
}

/** Throws `Failure` with the available names. */
export async function findAgent(client: Client, jobId: string, input: string): Promise<AgentView> {
  const agents = await client.agents(jobId)
  const normalized = input.trim().toLowerCase()
  const agent = agents.find((each) => each.name.toLowerCase() === normalized || each.id === normalized)
  if (agent !== undefined) return agent
  throw new Failure(`the job has no agent "${input}"`, {
    hint: listed(
      'agents',
      agents.map((each) => `"${each.name}"`),
    ),
  })
}

function listed(label: string, names: readonly string[]): string {
  if (names.length === 0) return `it has no ${label} yet`
  const more = names.length > shown ? ', …' : ''
  return `its ${label} are ${names.slice(0, shown).map(cleanLine).join(', ')}${more}`
}
