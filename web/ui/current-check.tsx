import type { CheckingView } from '../../src/contract/job.ts'
import { Elapsed } from './since.tsx'

/** Which check the server runs now, of how many, and for how long. */
export function CurrentCheck({ checking }: { readonly checking: CheckingView }) {
  const { command, number, total, started_at: since } = checking
  return (
    <>
      Checking {number} of {total}: <code>{command}</code>, <Elapsed from={since} />
    </>
  )
}
