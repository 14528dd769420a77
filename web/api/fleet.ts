/**
 * The stream of summaries of all jobs. It updates every list and job in the query cache in place, and shows whether the
 * server is connected. After a reconnection, missed changes are refetched.
 */
import { useEffect } from 'react'
import type { JobList, JobSummary, JobView } from '../../src/contract/job.ts'
import { needsPerson } from '../../src/contract/words.ts'
import { client } from './client.ts'
import { forgetStream, noticeStream } from './connection.ts'
import { keys } from './keys.ts'
import { isWatched, silenceMs } from './live.ts'
import { queryClient } from './query-client.ts'
import { noticeLogOut } from './logged-out.ts'
import { whileVisible } from './while-visible.ts'

const name = 'fleet'
/** The minimum time in ms between refetches of lists whose membership may have changed. */
const listsMs = 1_000

/**
 * Keeps lists and jobs fresh while the component is mounted. `onChange` is called for every change, with the previous
 * summary if known; `staysOpen` returns whether the stream stays open while the page is hidden. Both must be stable.
 */
export function useFleet(
  onChange: (summary: JobSummary, before: JobSummary | undefined) => void,
  staysOpen: () => boolean,
): void {
  useEffect(() => {
    const known = new Map<string, JobSummary>()
    const readListsAgain = atMostEvery(listsMs, () => {
      void queryClient.invalidateQueries({ queryKey: keys.jobs })
    })
    let hasBeenAway = false
    const stop = whileVisible(async (signal) => {
      const onConnection = (state: 'open' | 'lost', heardAt: number): void => {
        noticeStream(name, state, heardAt)
        if (state === 'open' && hasBeenAway) void queryClient.invalidateQueries()
        hasBeenAway = true
      }
      try {
        const options = { signal, silenceMs, giveUpMs: Infinity, onConnection }
        for await (const summary of client.followSummaries(options)) {
          const before = known.get(summary.id)
          known.set(summary.id, summary)
          patch(summary)
          // One that has ended changes when it is archived or put back.
          const isOther = before?.status !== summary.status || needs(before) !== needs(summary)
          if (isOther || summary.completed_at !== null) readListsAgain()
          onChange(summary, before)
        }
      } catch (error) {
        noticeLogOut(error)
        noticeStream(name, 'lost', Date.now())
      }
    }, staysOpen)
    return () => {
      stop()
      forgetStream(name)
    }
  }, [onChange, staysOpen])
}

function needs(job: JobSummary | undefined): boolean {
  return job !== undefined && needsPerson(job)
}

function patch(summary: JobSummary): void {
  queryClient.setQueriesData<JobList>({ queryKey: keys.jobs }, (list) => {
    if (list === undefined || !list.jobs.some((job) => job.id === summary.id)) return list
    return { ...list, jobs: list.jobs.map((job) => (job.id === summary.id ? summary : job)) }
  })
  // Skipped, so that the job's header does not run ahead of its board.
  if (isWatched(summary.id)) return
  queryClient.setQueryData<JobView>(keys.part(summary.id, 'job'), (job) =>
    job === undefined ? job : { ...job, ...summary },
  )
}

/** Returns a function that runs `act` after `ms`, once for all calls in between. */
function atMostEvery(ms: number, act: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  return () => {
    timer ??= setTimeout(() => {
      timer = undefined
      act()
    }, ms)
  }
}
