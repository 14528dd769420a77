import { useQuery } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import { useState } from 'react'
import type { BackendView } from '../../../src/contract/backend.ts'
import { queries } from '../../api/queries.ts'
import { useTitle } from '../../shell/title.ts'
import { Button } from '../../ui/controls/button.tsx'
import { lazyPart } from '../../ui/lazy-part.tsx'
import { Page } from '../../ui/page.tsx'
import { QueryBody } from '../../ui/query-body.tsx'
import { BackendRow } from './row.tsx'

const AddBackend = lazyPart(async () => (await import('./add.tsx')).AddBackend)

/** The backends: those that are available, and what the others need. */
export function BackendsScreen() {
  useTitle('Backends')
  const [isAdding, setIsAdding] = useState(false)
  return (
    <Page
      bleed
      title="Backends"
      actions={
        <Button size="small" onClick={() => setIsAdding(true)}>
          <Plus aria-hidden />
          Add your own
        </Button>
      }
    >
      <QueryBody query={useQuery(queries.backends())}>
        {(backends) => (
          <>
            <Group title="Ready to work" backends={backends.filter((backend) => backend.available)} />
            <Group title="Not available yet" backends={backends.filter((backend) => !backend.available)} />
          </>
        )}
      </QueryBody>
      {isAdding && <AddBackend onClose={() => setIsAdding(false)} onFailed={() => setIsAdding(false)} />}
    </Page>
  )
}

function Group({ title, backends }: { readonly title: string; readonly backends: readonly BackendView[] }) {
  if (backends.length === 0) return null
  return (
    <section aria-label={title} className="pt-5">
      <h2 className="px-6 pb-2 text-xs font-medium text-muted max-md:px-4">{title}</h2>
      <ul className="border-t border-line">
        {backends.map((backend) => (
          <BackendRow key={backend.name} backend={backend} />
        ))}
      </ul>
    </section>
  )
}
