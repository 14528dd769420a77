import { useQuery } from '@tanstack/react-query'
import { queries } from '../api/queries.ts'
import { QueryBody } from '../ui/query-body.tsx'
import { useTitle } from '../shell/title.ts'
import { Page } from '../ui/page.tsx'
import { StatusPill } from '../ui/status-pill.tsx'

/** What the server found when it last tried each of its parts. */
export function HealthScreen() {
  useTitle('Health')
  return (
    <Page bleed title="Health">
      <QueryBody query={useQuery(queries.health())}>
        {({ checks, version }) => (
          <>
            <ul>
              {Object.entries(checks).map(([name, check]) => (
                <li key={name} className="flex items-center gap-3 border-b border-line px-6 py-3 max-md:px-4">
                  <span className="flex w-20 shrink-0">
                    <StatusPill status={check.ok ? 'pass' : 'fail'} look="bare" />
                  </span>
                  <span className="w-28 shrink-0 font-medium">{name}</span>
                  <span className="min-w-0 flex-1 text-muted">{check.detail}</span>
                </li>
              ))}
            </ul>
            <p className="px-6 py-4 text-xs text-muted max-md:px-4">Slipway {version}</p>
          </>
        )}
      </QueryBody>
    </Page>
  )
}
