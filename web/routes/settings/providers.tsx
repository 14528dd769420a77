import { useQuery } from '@tanstack/react-query'
import { Ellipsis } from 'lucide-react'
import { useState } from 'react'
import type { ProviderView } from '../../../src/contract/provider.ts'
import { useRemoveProvider, useRetryProvider } from '../../api/provider-mutations.ts'
import { queries } from '../../api/queries.ts'
import { StatusPill } from '../../parts/status-pill.tsx'
import { Badge } from '../../ui/badge.tsx'
import { Failure } from '../../ui/callout.tsx'
import { Button, IconButton } from '../../ui/controls/button.tsx'
import { lazyPart } from '../../ui/lazy-part.tsx'
import { Menu } from '../../ui/overlays/menu.tsx'
import { showFailure } from '../../ui/overlays/toast.tsx'

const ProviderWindow = lazyPart(async () => (await import('./provider-window.tsx')).ProviderWindow)

/** The model providers with their keys, whose values are never shown. */
export function Providers() {
  const { data: providers, error } = useQuery(queries.providers())
  const [edited, setEdited] = useState<ProviderView | 'new' | null>(null)
  if (error !== null) return <Failure error={error} />
  if (providers === undefined) return null
  return (
    <>
      {providers.length === 0 ? (
        <p className="text-sm text-muted">None yet: agents can only use their own logins on this machine.</p>
      ) : (
        <ul className="flex flex-col" aria-label="Providers">
          {providers.map((provider) => (
            <ProviderRow key={provider.name} provider={provider} onEdit={() => setEdited(provider)} />
          ))}
        </ul>
      )}
      <div>
        <Button onClick={() => setEdited('new')}>Connect a provider</Button>
      </div>
      {edited !== null && (
        <ProviderWindow
          provider={edited === 'new' ? null : edited}
          onClose={() => setEdited(null)}
          onFailed={() => setEdited(null)}
        />
      )}
    </>
  )
}

function ProviderRow({ provider, onEdit }: { readonly provider: ProviderView; readonly onEdit: () => void }) {
  const remove = useRemoveProvider()
  const retry = useRetryProvider()
  const { trouble, probe } = provider
  const wrong = trouble?.reason ?? probe?.said ?? null
  const items = [
    ...(provider.usable
      ? [
          {
            label: 'Try it again',
            onSelect: () => retry.mutate(provider.name, { onError: showFailure }),
          },
        ]
      : []),
    {
      label: 'Remove it',
      tone: 'danger' as const,
      onSelect: () => remove.mutate(provider.name, { onError: showFailure }),
    },
  ]
  const facts = [provider.base_url, provider.model, ...provider.backends.map((name) => `only for ${name}`)]
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 border-b border-line py-2">
      <div className="min-w-0 flex-1 basis-56">
        <span className="flex flex-wrap items-center gap-2">
          <span className="font-medium">{provider.name}</span>
          <Badge>{provider.wire}</Badge>
        </span>
        <p className="text-xs wrap-anywhere text-muted">{facts.filter(Boolean).join(', ')}</p>
        {wrong !== null && <p className="text-xs wrap-anywhere text-waiting">{wrong}</p>}
      </div>
      <StatusPill {...stateOf(provider)} look="bare" />
      <span className="flex items-center gap-2">
        <Button size="small" aria-label={`Change ${provider.name}`} onClick={onEdit}>
          Change
        </Button>
        <Menu
          items={items}
          trigger={
            <IconButton label={`More about ${provider.name}`} size="small">
              <Ellipsis />
            </IconButton>
          }
        />
      </span>
    </li>
  )
}

/** A provider counts as connected only when it has answered. */
function stateOf({ usable, secret, trouble, probe }: ProviderView) {
  if (!usable) return { status: 'failed', label: 'Key missing' } as const
  if (probe?.result === 'refused') return { status: 'failed', label: 'The provider refused the key' } as const
  if (trouble !== null) return { status: 'waiting', label: 'In trouble' } as const
  if (probe?.result === 'answered') return { status: 'completed', label: 'Connected' } as const
  if (probe?.result === 'unreachable') return { status: 'waiting', label: 'Not reached' } as const
  return { status: 'idle', label: secret === null ? 'Not tried' : 'Key is set, not tried' } as const
}
