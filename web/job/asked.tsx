import type { Wait } from '../../src/contract/words.ts'
import { Permissions } from './permissions.tsx'
import { Questions } from './questions.tsx'

/** The open requests of a job's agents: permissions and questions. */
export function Asked({ jobId, wait }: { readonly jobId: string; readonly wait: Wait }) {
  return (
    <>
      {wait.for === 'permission' && <Permissions jobId={jobId} />}
      <Questions jobId={jobId} />
    </>
  )
}
