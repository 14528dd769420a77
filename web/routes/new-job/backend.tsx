import { useQuery } from '@tanstack/react-query'
import { ChevronDown } from 'lucide-react'
import type { BackendView } from '../../../src/contract/backend.ts'
import { queries } from '../../api/queries.ts'
import { Button } from '../../ui/controls/button.tsx'
import { Menu } from '../../ui/overlays/menu.tsx'
import { conformanceWords } from '../../words/conformance.ts'

/** Returns the chosen backend, else the default if it is available, else the first available one. */
export function chosenBackend(
  backends: readonly BackendView[],
  chosen: string | undefined,
): string | undefined {
  const available = backends.filter((backend) => backend.available)
  return chosen ?? (available.find((backend) => backend.default) ?? available[0])?.name
}

/** The menu of backends. Unavailable ones show the reason and the remedy. */
export function BackendMenu({
  label = 'Backend',
  value,
  none,
  onChange,
}: {
  readonly label?: string
  readonly value: string | undefined
  /** The label for choosing none, if that is an option. */
  readonly none?: string
  readonly onChange: (name: string | undefined) => void
}) {
  const { data: backends = [], isPending } = useQuery(queries.backends())
  const chosen = backends.find((backend) => backend.name === value)
  const shown = chosen?.display_name ?? value ?? none ?? (isPending ? 'Loading backends' : 'No backend')
  const items = backends
    .toSorted((a, b) => Number(b.available) - Number(a.available))
    .map((backend) => ({
      label: backend.display_name,
      note: noteOn(backend),
      disabled: !backend.available,
      checked: backend.name === value,
      onSelect: () => onChange(backend.name),
    }))
  const nobody = { label: none ?? '', checked: value === undefined, onSelect: () => onChange(undefined) }
  return (
    <Menu
      align="start"
      items={none === undefined ? items : [nobody, 'line', ...items]}
      trigger={
        <Button aria-label={`${label}: ${shown}`} className="max-w-56 shadow-none">
          <span className="truncate">{shown}</span>
          <ChevronDown aria-hidden className="text-muted" />
        </Button>
      }
    />
  )
}

function noteOn(backend: BackendView): string {
  if (!backend.available) return backend.reason ?? 'It is not available.'
  const cases = backend.conformance === null ? null : conformanceWords(backend.conformance)
  const words = [backend.version, backend.default ? 'the default' : null, cases].filter(
    (word) => word !== null,
  )
  return words.length === 0 ? 'Available' : words.join(', ')
}
