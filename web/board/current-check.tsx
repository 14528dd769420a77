import type { CheckingView } from '../../src/contract/job.ts'
import { Elapsed } from '../ui/text/since.tsx'

/** The check that the server is running, its number, and its duration. */
export function CurrentCheck({ checking }: { readonly checking: CheckingView }) {
  const { command, number, total, started_at: since } = checking
  return (
    <>
      Checking {number} of {total}: <code>{command}</code>, <Elapsed from={since} />
    </>
  )
}
