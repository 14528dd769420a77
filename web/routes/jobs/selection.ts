import { useCallback, useMemo, useState } from 'react'
import type { JobSummary } from '../../../src/contract/job.ts'

/** The selected jobs of the page. */
export interface Selection {
  readonly jobs: readonly JobSummary[]
  has(id: string): boolean
  set(ids: readonly string[], isSelected: boolean): void
  clear(): void
}

const none: ReadonlySet<string> = new Set()

/** Keeps the selection among the jobs that are shown; another page or filter (`place`) starts with an empty one. */
export function useSelection(shown: readonly JobSummary[], place: string): Selection {
  const [kept, setKept] = useState({ place, ids: none })
  const ids = kept.place === place ? kept.ids : none
  const jobs = useMemo(() => shown.filter(({ id }) => ids.has(id)), [shown, ids])
  const clear = useCallback(() => setKept({ place, ids: none }), [place])
  return {
    jobs,
    clear,
    has: (id) => ids.has(id),
    set: (changed, isSelected) => {
      const next = new Set(ids)
      for (const id of changed) {
        if (isSelected) next.add(id)
        else next.delete(id)
      }
      setKept({ place, ids: next })
    },
  }
}
