import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Ellipsis } from 'lucide-react'
import { useState } from 'react'
import type { BackendView } from '../../../src/contract/backend.ts'
import { useInstallBackend, useRemoveBackend } from '../../api/backend-mutations.ts'
import { rememberDefault } from '../../api/default-backend.ts'
import { usePutSettings } from '../../api/mutations.ts'
import { queries } from '../../api/queries.ts'
import { StatusPill } from '../../parts/status-pill.tsx'
import { Badge } from '../../ui/badge.tsx'
import { Button, buttonClass, IconButton } from '../../ui/controls/button.tsx'
import { lazyPart } from '../../ui/lazy-part.tsx'
import { Menu } from '../../ui/overlays/menu.tsx'
import { showFailure, showToast } from '../../ui/overlays/toast.tsx'
import { conformanceWords } from '../../words/conformance.ts'

const ConformanceWindow = lazyPart(async () => (await import('./conformance.tsx')).ConformanceWindow)
const TrialWindow = lazyPart(async () => (await import('./trial.tsx')).TrialWindow)

const kinds = { offline: 'No model', acp: 'ACP', command: 'Command' } as const
const origins = {
  slipway: 'installed by Slipway',
  path: 'found on this machine',
  built_in: 'comes with Slipway',
} as const

/** One backend: its availability, the reason and remedy if it is unavailable, and its actions. */
export function BackendRow({ backend }: { readonly backend: BackendView }) {
  const [isTrying, setIsTrying] = useState(false)
  const [isTesting, setIsTesting] = useState(false)
  const facts = [
    backend.version,
    backend.installed === null ? null : origins[backend.installed],
    backend.file === null ? null : `set in ${backend.file}`,
    backend.tested ? null : 'not tested by us',
    backend.provider === null ? null : `models from ${backend.provider}`,
    backend.auth === 'own' ? 'uses its own login and reports its own usage' : null,
    backend.conformance === null ? null : conformanceWords(backend.conformance),
  ].filter((fact) => fact !== null)
  return (
    <li className="flex min-h-15 flex-wrap items-center gap-x-4 gap-y-2 border-b border-line px-6 py-2.5 max-md:px-4">
      <div className="min-w-0 flex-1 basis-64">
        <div className="flex flex-wrap items-center gap-2">
          <span className="font-medium">{backend.display_name}</span>
          <Badge>{kinds[backend.kind]}</Badge>
          {backend.default && <Badge>Default</Badge>}
        </div>
        <p className="text-xs wrap-anywhere text-muted">{facts.join(', ')}</p>
        {backend.reason !== null && <p className="text-xs wrap-anywhere text-muted">{backend.reason}</p>}
      </div>
      <StatusPill
        status={backend.available ? 'completed' : 'idle'}
        label={backend.available ? 'Available' : 'Not available'}
        look="bare"
      />
      <span className="flex items-center gap-2">
        {backend.available ? (
          <Button size="small" aria-label={`Test ${backend.display_name}`} onClick={() => setIsTrying(true)}>
            Test
          </Button>
        ) : backend.installed === null ? (
          <InstallButton backend={backend} />
        ) : (
          <Link to="/settings" className={buttonClass({ size: 'small' })}>
            Connect a provider
          </Link>
        )}
        <More backend={backend} onTest={() => setIsTesting(true)} />
      </span>
      {isTrying && (
        <TrialWindow
          backend={backend}
          onClose={() => setIsTrying(false)}
          onFailed={() => setIsTrying(false)}
        />
      )}
      {isTesting && (
        <ConformanceWindow
          backend={backend}
          onClose={() => setIsTesting(false)}
          onFailed={() => setIsTesting(false)}
        />
      )}
    </li>
  )
}

function InstallButton({ backend }: { readonly backend: BackendView }) {
  const install = useInstallBackend()
  if (backend.install === null) return null
  return (
    <Button
      size="small"
      disabled={install.isPending}
      title={`${backend.install.packages.join(', ')}, version ${backend.install.version}, into Slipway's own directory`}
      aria-label={`Install ${backend.display_name}`}
      onClick={() => {
        const defaultSentence = rememberDefault()
        install.mutate(backend.name, {
          onError: showFailure,
          onSuccess: () =>
            void defaultSentence().then((standard) =>
              showToast('done', `${backend.display_name} is installed. ${standard}`),
            ),
        })
      }}
    >
      {install.isPending ? 'Installing' : 'Install'}
    </Button>
  )
}

function More({ backend, onTest }: { readonly backend: BackendView; readonly onTest: () => void }) {
  const { data: settings } = useQuery(queries.settings())
  const put = usePutSettings()
  const remove = useRemoveBackend()
  const isOwn =
    backend.file === null && (settings?.backends.some((custom) => custom.name === backend.name) ?? false)
  const items = [
    ...(backend.available || backend.conformance !== null
      ? [{ label: 'Test it case by case', onSelect: onTest }]
      : []),
    ...(settings !== undefined && backend.available && settings.default_backend !== backend.name
      ? [
          {
            label: 'Make it the default',
            onSelect: () =>
              put.mutate({ ...settings, default_backend: backend.name }, { onError: showFailure }),
          },
        ]
      : []),
    { label: 'Its home page', onSelect: () => window.open(backend.homepage, '_blank', 'noopener') },
    ...(isOwn
      ? [
          {
            label: 'Remove it',
            tone: 'danger' as const,
            onSelect: () => remove.mutate(backend.name, { onError: showFailure }),
          },
        ]
      : []),
  ].filter((item) => item.label !== 'Its home page' || /^https?:/.test(backend.homepage))
  if (items.length === 0) return <span className="w-7" />
  return (
    <Menu
      items={items}
      trigger={
        <IconButton label={`More about ${backend.display_name}`} size="small">
          <Ellipsis />
        </IconButton>
      }
    />
  )
}
