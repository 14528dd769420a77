import type { Conformance } from '../../src/contract/conformance.ts'

/** Returns a short summary of the results. */
export function conformanceWords({ cases }: Conformance): string {
  const count = (result: string): number => cases.filter((one) => one.result === result).length
  const failed = count('fail')
  return failed === 0 ? `${count('pass')} cases passed` : `${failed} of ${cases.length} cases failed`
}
