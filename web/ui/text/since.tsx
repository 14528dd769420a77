import { ago, duration, fullTime, useNow } from './time.ts'

/** The duration from `from` to `until`, or to now, ticking. Times are ISO 8601. */
export function Elapsed({ from, until }: { readonly from: string; readonly until?: string | null }) {
  return until === undefined || until === null ? <Ticking from={from} /> : <Still from={from} until={until} />
}

function Ticking({ from }: { readonly from: string }) {
  const now = useNow()
  return (
    <time dateTime={from} title={`Since ${fullTime(from)}`} className="tabular-nums">
      {duration(now - Date.parse(from))}
    </time>
  )
}

function Still({ from, until }: { readonly from: string; readonly until: string }) {
  return (
    <time dateTime={until} title={`${fullTime(from)} to ${fullTime(until)}`} className="tabular-nums">
      {duration(Date.parse(until) - Date.parse(from))}
    </time>
  )
}

/** A relative time: "4 min ago". The exact time is in the tooltip. */
export function Ago({ at }: { readonly at: string }) {
  const now = useNow()
  return (
    <time dateTime={at} title={fullTime(at)} className="whitespace-nowrap tabular-nums">
      {ago(Date.parse(at), now)}
    </time>
  )
}
