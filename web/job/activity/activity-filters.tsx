import { useNavigate } from '@tanstack/react-router'
import { Search } from 'lucide-react'
import type { AgentView } from '../../../src/contract/job.ts'
import { Input } from '../../ui/controls/input.tsx'
import { Select } from '../../ui/controls/select.tsx'
import { activityKinds, type ActivityFilter, type ActivityKind } from './activity-rows.ts'

const names: Readonly<Record<ActivityKind, string>> = {
  people: 'People',
  agents: 'Agents',
  tasks: 'Plan and tasks',
  checks: 'Checks',
  system: 'System',
}

/** The filters of the log. The selection is stored in the URL. */
export function ActivityFilters({
  jobId,
  filter,
  agents,
  summary,
}: {
  readonly jobId: string
  readonly filter: ActivityFilter
  readonly agents: readonly AgentView[]
  readonly summary: string
}) {
  const navigate = useNavigate()
  const set = (name: 'kind' | 'agent' | 'q', value: string): void => {
    void navigate({
      to: '/jobs/$id/activity',
      params: { id: jobId },
      search: (now) => ({ ...now, [name]: value === '' ? undefined : value }),
      replace: true,
    })
  }
  return (
    <search
      aria-label="Filter the activity"
      className="flex shrink-0 flex-wrap items-center gap-2 border-b border-line px-6 py-2 max-md:px-4"
    >
      <Choice label="Kind" all="Everything" value={filter.kind} onChoose={(value) => set('kind', value)}>
        {activityKinds.map((kind) => (
          <option key={kind} value={kind}>
            {names[kind]}
          </option>
        ))}
      </Choice>
      <Choice label="Agent" all="All agents" value={filter.agent} onChoose={(value) => set('agent', value)}>
        {agents.map((agent) => (
          <option key={agent.id} value={agent.name}>
            {agent.name}
          </option>
        ))}
      </Choice>
      <span className="relative min-w-36 flex-1 md:max-w-72">
        <Search aria-hidden className="absolute top-1/2 left-2.5 size-3.5 -translate-y-1/2 text-faint" />
        <Input
          type="search"
          aria-label="Words"
          placeholder="Find words"
          className="pl-8"
          value={filter.text ?? ''}
          onChange={(event) => set('q', event.target.value)}
        />
      </span>
      <p role="status" className="text-xs text-faint tabular-nums md:ml-auto">
        {summary}
      </p>
    </search>
  )
}

function Choice({
  label,
  all,
  value,
  onChoose,
  children,
}: {
  readonly label: string
  readonly all: string
  readonly value: string | undefined
  readonly onChoose: (value: string) => void
  readonly children: React.ReactNode
}) {
  return (
    <Select aria-label={label} value={value ?? ''} onChange={(event) => onChoose(event.target.value)}>
      <option value="">{all}</option>
      {children}
    </Select>
  )
}
