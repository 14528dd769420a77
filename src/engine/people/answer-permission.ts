import type { PermissionAnswer, PermissionView } from '../../contract/permission.ts'
import { AppError } from '../../lib/app-error.ts'
import { closePermission } from '../../store/permissions.ts'
import { updateAgent } from '../../store/team.ts'
import { permissionAsk } from '../ask.ts'
import type { Engine } from '../engine.ts'
import { answerAsk } from './answer-ask.ts'

/** Stores a person's answer to a permission request and wakes the waiting session. Throws `AppError`. */
export async function answerPermission(
  engine: Pick<Engine, 'db'>,
  jobId: string,
  id: string,
  answer: PermissionAnswer,
): Promise<void> {
  await answerAsk(engine, { jobId, id }, permissionAsk, async (trx, permission, agentId) => {
    const option = chosen(permission, answer)
    const outcome = option?.kind.startsWith('allow') === true ? 'allowed' : 'refused'
    await closePermission(trx, id, { outcome, optionId: answer.option, actor: 'person' })
    await updateAgent(trx, agentId, { status: 'working' })
    return {
      type: 'permission.answered',
      message: `${permission.agent} was ${outcome} this${option === null ? '' : ` ("${option.name}")`}: ${permission.title}`,
      data: { permission_id: id, outcome, option_id: answer.option },
    }
  })
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
