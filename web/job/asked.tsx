import type { Wait } from '../../src/contract/words.ts'
import { Permissions } from './permissions.tsx'
import { Questions } from './questions.tsx'

/** What the agents of a job ask people now: leave to act, and what only people can decide. */
export function Asked({ jobId, wait }: { readonly jobId: string; readonly wait: Wait }) {
  return (
    <>
      {wait.for === 'permission' && <Permissions jobId={jobId} />}
      <Questions jobId={jobId} />
    </>
  )
}
