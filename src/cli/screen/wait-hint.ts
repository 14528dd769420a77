/** Returns the commands with which a person can continue a job that waits for them. */
import type { JobView } from '../../client/views.ts'
import { shortId } from '../job-id.ts'

/** Returns null when the job does not wait for a person. */
export function waitHint(job: Pick<JobView, 'id' | 'wait'>): string[] | null {
  const id = shortId(job.id)
  if (job.wait?.for === 'permission')
    return [
      'An agent waits for you. In another terminal:',
      `  slipway permissions ${id}          what it asks for`,
      `  slipway allow ${id}                let it happen`,
      `  slipway deny ${id}                 refuse it`,
    ]
  if (job.wait?.for === 'answer')
    return [
      'An agent asks you something. In another terminal:',
      `  slipway questions ${id}      what it asks`,
      `  slipway answer ${id} "..."   answer it`,
    ]
  if (job.wait?.for === 'budget')
    return [
      'The job has used up its budget, and continues when you raise it. In another terminal:',
      `  slipway budget ${id}                    what it has used, by role and model`,
      `  slipway budget ${id} --tokens <number>  raise it`,
    ]
  if (job.wait?.for === 'backend')
    return [
      'A provider of models waits for you. In another terminal:',
      '  slipway providers               which one, and why',
      '  slipway secrets set <name>      set its key again',
      '  slipway providers retry <name>  try it again unchanged',
    ]
  if (job.wait?.for === 'upgrade')
    return [
      'Slipway was upgraded while its server ran: stop that server and start it again; its jobs continue.',
    ]
  if (job.wait?.for !== 'approval') return null
  return [
    'The plan waits for you. In another terminal:',
    `  slipway plan ${id}                 read it (--edit changes it)`,
    `  slipway approve ${id}              build it`,
    `  slipway reject ${id} --note "..."  send it back`,
  ]
}
