import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useRef, useState } from 'react'
import type { JobSummary } from '../../src/contract/job.ts'
import { keys } from './keys.ts'
import { noticeLogOut } from './logged-out.ts'

/** How far an action on several jobs is. */
export interface EachJob {
  readonly total: number
  readonly done: number
  readonly failures: readonly { readonly job: JobSummary; readonly error: Error }[]
  readonly isRunning: boolean
}

/**
 * Does one thing to several jobs, one after the other; what fails for one is kept, and the rest goes on. `stop` ends it after
 * the job that is being acted on. `act` must be stable.
 */
export function useEachJob(act: (id: string) => Promise<unknown>): {
  readonly progress: EachJob | null
  readonly run: (jobs: readonly JobSummary[]) => Promise<EachJob>
  readonly stop: () => void
} {
  const cache = useQueryClient()
  const [progress, setProgress] = useState<EachJob | null>(null)
  const isStopped = useRef(false)
  const stop = useCallback(() => {
    isStopped.current = true
  }, [])
  const run = useCallback(
    async (jobs: readonly JobSummary[]): Promise<EachJob> => {
      isStopped.current = false
      let now: EachJob = { total: jobs.length, done: 0, failures: [], isRunning: true }
      for (const job of jobs) {
        if (isStopped.current) break
        setProgress(now)
        try {
          await act(job.id)
          now = { ...now, done: now.done + 1 }
        } catch (error) {
          noticeLogOut(error)
          now = { ...now, failures: [...now.failures, { job, error: toError(error) }] }
        }
      }
      now = { ...now, isRunning: false }
      setProgress(now)
      void cache.invalidateQueries({ queryKey: keys.jobs })
      return now
    },
    [act, cache],
  )
  return { progress, run, stop }
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
