import { clockTime, duration, useNow } from '../ui/text/time.ts'

/** The time left for an answer, and what happens without one. */
export function TimeLeft({ until, otherwise }: { readonly until: string; readonly otherwise: string }) {
  const left = Date.parse(until) - useNow()
  return left > 0 ? (
    <>
      Without an answer {otherwise} in{' '}
      <time dateTime={until} className="tabular-nums">
        {duration(left)}
      </time>
      , at {clockTime(until)}.
    </>
  ) : (
    <>The time for an answer is over.</>
  )
}
