import { useEffect, useRef } from 'react'
import type { JobView } from '../../src/contract/job.ts'
import { needsPerson } from '../../src/contract/words.ts'
import { createStore, useStore } from '../api/store.ts'
import { shownTitle } from './title.ts'

/** The latest announcement on the current screen. */
const happened = createStore('')

/** Announces the name of each screen and events on it to screen readers: once, politely. */
export function Announcer() {
  return (
    <>
      <p aria-live="polite" className="sr-only">
        {useStore(shownTitle)}
      </p>
      <p aria-live="polite" className="sr-only">
        {useStore(happened)}
      </p>
    </>
  )
}

/** Announces that the shown job has ended, or needs a person. Its state when the page was opened is not announced. */
export function useJobNews(job: JobView | undefined): void {
  const before = useRef<{ readonly id: string; readonly news: string | null } | null>(null)
  const id = job?.id
  const news = job === undefined ? null : newsOf(job)
  useEffect(() => {
    if (id === undefined) return
    const known = before.current
    before.current = { id, news }
    if (known?.id === id && known.news !== news && news !== null) happened.set(news)
  }, [id, news])
}

function newsOf(job: JobView): string | null {
  switch (job.status) {
    case 'completed':
      return proofWords[job.proof ?? 'unproven']
    case 'failed':
      return `Failed: ${job.error ?? 'no reason was recorded'}`
    case 'cancelled':
      return 'Cancelled.'
    case 'queued':
    case 'running':
    case 'waiting':
      return job.wait !== null && needsPerson(job) ? `Needs you: ${job.wait.on}` : null
  }
}

const proofWords = {
  proven: 'Completed and proven.',
  partial: 'Completed and partly proven.',
  unproven: 'Completed, unproven.',
} as const
