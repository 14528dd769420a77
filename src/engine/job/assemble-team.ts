import type { Role } from '../../contract/words.ts'
import type { NewTask } from '../../domain/decision.ts'
import type { Snapshot } from '../../domain/model.ts'
import { newId } from '../../lib/ids.ts'
import type { JobTrx } from '../../store/database/database.ts'
import type { NewEvent } from '../../store/events.ts'
import { insertAgents, insertTasks, type NewAgent } from '../../store/team.ts'

type Member = Pick<NewAgent, 'id' | 'name' | 'role'>

/**
 * Returns the job's agents, created when the first task needs them: one of each role, and a developer for each parallel
 * task.
 */
export async function ensureTeam(trx: JobTrx, snapshot: Snapshot): Promise<readonly Member[]> {
  if (snapshot.agents.length > 0) return snapshot.agents
  const { job } = snapshot
  const member = (role: Role, name: string): NewAgent => ({
    id: newId(),
    name,
    role,
    backend: job.agents[role] ?? job.backend,
  })
  // Ids are in the order in which they are made, and so is the list of the team.
  const developers = (): NewAgent[] =>
    Array.from({ length: job.parallelism }, (_, index) =>
      member('developer', job.parallelism === 1 ? 'Developer' : `Developer ${index + 1}`),
    )
  const team =
    job.mode === 'solo'
      ? [member('developer', 'Developer')]
      : [
          member('product_owner', 'Product owner'),
          member('architect', 'Architect'),
          ...developers(),
          member('tester', 'Tester'),
          member('reviewer', 'Reviewer'),
        ]
  await insertAgents(trx, job.id, team)
  return team
}

/** Adds tasks behind those already on the board, each with the agent that will probably do it. */
export async function addTasks(
  trx: JobTrx,
  snapshot: Snapshot,
  team: readonly Member[],
  tasks: readonly NewTask[],
): Promise<NewEvent[]> {
  const ids = new Map(snapshot.tasks.map((task) => [task.key, task.id]))
  for (const task of tasks) ids.set(task.key, newId())
  const rows = tasks.map((task, index) => {
    const able = team.filter((agent) => agent.role === task.role)
    const agent = able[index % Math.max(able.length, 1)] ?? team[0]
    const id = ids.get(task.key)
    if (agent === undefined || id === undefined)
      throw new Error(`no agent of the team can take the task "${task.key}"`)
    return {
      ...task,
      id,
      position: snapshot.tasks.length + index,
      agentId: agent.id,
      dependsOn: task.dependsOnKeys.flatMap((key) => ids.get(key) ?? []),
    }
  })
  await insertTasks(trx, snapshot.job.id, rows)
  return rows.map((row) => ({
    type: 'task.created',
    actor: 'server',
    taskId: row.id,
    message: `Task: ${row.title}`,
    data: { key: row.key, role: row.role, depends_on: row.dependsOn, checks: row.checks },
  }))
}
