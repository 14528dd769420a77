import { RefreshCw, WifiOff } from 'lucide-react'
import { useConnection } from '../api/connection.ts'
import { clockTime, useNow } from '../ui/text/time.ts'

const recoveredMs = 4_000

/** Shows that the data on screen may be outdated, since when, and when it is current again. Hidden while connected. */
export function ConnectionBanner() {
  const connection = useConnection()
  return (
    <div role="status" aria-live="polite" className="shrink-0">
      {connection.kind === 'lost' && (
        <p className="flex items-center gap-2 border-b border-waiting/30 bg-waiting-soft px-6 py-2 text-sm text-waiting max-md:px-4">
          <WifiOff aria-hidden className="size-4 shrink-0" />
          <span>
            Connection lost at {clockTime(connection.since)}, showing what was known then. Trying again.
          </span>
        </p>
      )}
      {connection.kind === 'live' && connection.recoveredAt !== null && (
        <Recovered at={connection.recoveredAt} />
      )}
    </div>
  )
}

function Recovered({ at }: { readonly at: number }) {
  const now = useNow()
  if (now - at > recoveredMs) return null
  return (
    <p className="flex items-center gap-2 border-b border-done/30 bg-done-soft px-6 py-2 text-sm text-done max-md:px-4">
      <RefreshCw aria-hidden className="size-4 shrink-0" />
      Connected again. What you see is up to date.
    </p>
  )
}
