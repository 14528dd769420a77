import { useCallback, useMemo, useState } from 'react'
import type { JobSummary } from '../../../src/contract/job.ts'

/** The jobs on the page that a person has picked. */
export interface Selection {
  readonly jobs: readonly JobSummary[]
  has(id: string): boolean
  set(ids: readonly string[], isSelected: boolean): void
  clear(): void
}

const none: ReadonlySet<string> = new Set()

/** Keeps what is picked of the jobs that are shown; another page or filter (`place`) begins with nothing. */
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
