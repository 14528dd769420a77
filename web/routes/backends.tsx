import { useQuery } from '@tanstack/react-query'
import { queries } from '../api/queries.ts'
import { QueryBody } from '../ui/query-body.tsx'
import { useTitle } from '../shell/title.ts'
import { Page } from '../ui/page.tsx'
import { Badge } from '../ui/status-pill.tsx'

/** The programs that can play roles: which are here, and what is missing for the others. */
export function BackendsScreen() {
  useTitle('Backends')
  return (
    <Page bleed title="Backends">
      <QueryBody query={useQuery(queries.backends())}>
        {(backends) => (
          <ul>
            {backends.map((backend) => (
              <li
                key={backend.name}
                className="flex items-center gap-3 border-b border-line px-6 py-3 max-md:px-4"
              >
                <div className="min-w-0 flex-1">
                  <div className="flex items-center gap-2 font-medium">
                    {backend.display_name}
                    {backend.default && <Badge>Default</Badge>}
                  </div>
                  {backend.reason !== null && <div className="text-xs text-muted">{backend.reason}</div>}
                </div>
                <span className="text-xs text-muted">{backend.version}</span>
                <span className={backend.available ? 'text-xs text-done' : 'text-xs text-muted'}>
                  {backend.available ? 'Available' : 'Not available'}
                </span>
              </li>
            ))}
          </ul>
        )}
      </QueryBody>
    </Page>
  )
}
