import { useEffect, useRef } from 'react'
import type { JobView } from '../../src/contract/job.ts'
import { needsPerson } from '../../src/contract/words.ts'
import { createStore, useStore } from '../api/store.ts'
import { shownTitle } from './title.ts'

/** What happened last on the screen that is shown. */
const happened = createStore('')

/** Says, to those who do not see the page, the name of a screen when it comes and what happens on it: once, politely. */
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

/** Announces that a job that is watched has ended, or needs a person. What was so when the page was opened is not news. */
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
