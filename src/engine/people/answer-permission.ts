import type { PermissionAnswer, PermissionView } from '../../contract/permission.ts'
import { AppError } from '../../lib/app-error.ts'
import { notify } from '../../store/channels.ts'
import { closePermission, readPermission } from '../../store/permissions.ts'
import { notePersonWait } from '../../store/person-wait.ts'
import { updateAgent } from '../../store/team.ts'
import type { Engine } from '../engine.ts'
import { personAct } from '../job-transactions.ts'
import { answersChannel } from '../permission-answers.ts'

/** Stores a person's answer to a permission request and wakes the waiting session. Throws `AppError`. */
export async function answerPermission(
  engine: Engine,
  jobId: string,
  id: string,
  answer: PermissionAnswer,
): Promise<void> {
  await personAct(engine.db, jobId, async ({ trx, append }) => {
    const found = await readPermission(trx, jobId, id)
    if (found === null)
      throw new AppError('not_found', `The job has no permission ${id}: they are in /permissions.`)
    const { permission, agentId } = found
    requireOpen(permission)
    const option = chosen(permission, answer)
    const outcome = option?.kind.startsWith('allow') === true ? 'allowed' : 'refused'
    await closePermission(trx, id, { outcome, optionId: answer.option, actor: 'person' })
    await updateAgent(trx, agentId, { status: 'working' })
    await notePersonWait(trx, jobId)
    await append([
      {
        type: 'permission.answered',
        actor: 'person',
        taskId: permission.task_id,
        attemptId: permission.attempt_id,
        message: `${permission.agent} was ${outcome === 'allowed' ? 'allowed' : 'refused'} this${option === null ? '' : ` ("${option.name}")`}: ${permission.title}`,
        data: { permission_id: id, outcome, option_id: answer.option },
      },
    ])
    notify(trx, answersChannel, id)
  })
}

function requireOpen({ outcome }: PermissionView): void {
  if (outcome === null) return
  const words = {
    allowed: 'It has been allowed already.',
    refused: 'It has been refused already.',
    expired: 'Its time was over, so it was refused.',
    withdrawn: 'The session that asked has ended; if its work goes on, it asks again.',
  }
  throw new AppError('permission_closed', words[outcome])
}

function chosen(
  { options }: PermissionView,
  { option }: PermissionAnswer,
): PermissionView['options'][number] | null {
  if (option === null) return null
  const found = options.find((each) => each.id === option)
  if (found !== undefined) return found
  const names = options.map((each) => each.id).join(', ')
  throw new AppError('unknown_option', `"${option}" is not an option: choose one of ${names}, or null.`)
}
