import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Health, Stats, WorkerView } from '../../../src/contract/server.ts'
import { queries } from '../../api/queries.ts'
import { StatusPill } from '../../parts/status-pill.tsx'
import { useTitle } from '../../shell/title.ts'
import { Callout } from '../../ui/callout.tsx'
import { Page, Section } from '../../ui/page.tsx'
import { QueryBody } from '../../ui/query-body.tsx'
import { Ago, Elapsed } from '../../ui/text/since.tsx'
import { duration } from '../../ui/text/time.ts'
import { Backup } from './backup.tsx'
import { Canary } from './canary.tsx'
import { Storage } from './storage.tsx'

/** The health of the server: the latest check of each of its parts, and its workers. */
export function HealthScreen() {
  useTitle('Health')
  const { data: stats } = useQuery(queries.stats())
  const { data: workers } = useQuery(queries.workers())
  return (
    <Page bleed title="Health">
      <QueryBody query={useQuery(queries.health())}>
        {(health) => (
          <div className="mx-auto flex w-full max-w-240 flex-col px-6 py-5 max-md:px-4">
            <Verdict health={health} />
            <Section
              title="Checks"
              hint="Each of them tries a real part of the server, every ten seconds while this page is open."
            >
              <Checks health={health} />
            </Section>
            <Canary />
            <Storage />
            <Backup />
            {stats !== undefined && <Figures stats={stats} version={health.version} />}
            {workers !== undefined && <Workers workers={workers} />}
          </div>
        )}
      </QueryBody>
    </Page>
  )
}

function Verdict({ health }: { readonly health: Health }) {
  const broken = Object.entries(health.checks).filter(([, check]) => !check.ok)
  return (
    <div className="pb-5">
      {broken.length === 0 ? (
        <Callout tone="done" title="Ready">
          <p className="text-muted">Every job that is accepted will run.</p>
        </Callout>
      ) : (
        <Callout tone="failed" title={`Not ready: ${broken.map(([name]) => name).join(', ')}`}>
          {broken.map(([name, check]) => (
            <p key={name} className="text-muted">
              {check.detail}
            </p>
          ))}
        </Callout>
      )}
    </div>
  )
}

/** The health checks. The canary is excluded: it has a section of its own, and one that never ran has not passed. */
function Checks({ health }: { readonly health: Health }) {
  const tried = Object.entries(health.checks).filter(([name]) => name !== 'canary')
  return (
    <ul className="border-t border-line">
      {tried.map(([name, check]) => (
        <li key={name} className="flex min-h-10 flex-wrap items-center gap-x-3 border-b border-line py-1.5">
          <span className="flex w-20 shrink-0">
            <StatusPill status={check.ok ? 'pass' : 'fail'} look="bare" />
          </span>
          <span className="w-24 shrink-0 font-medium">{name}</span>
          <span className="min-w-40 flex-1 wrap-anywhere text-muted">{check.detail}</span>
        </li>
      ))}
    </ul>
  )
}

function Figures({ stats, version }: { readonly stats: Stats; readonly version: string }) {
  const due = Object.entries(stats.queue)
    .filter(([name]) => name.endsWith('.due'))
    .reduce((sum, [, count]) => sum + count, 0)
  return (
    <Section title="Server">
      <dl className="grid grid-cols-[repeat(auto-fit,minmax(9rem,1fr))] gap-4">
        <Fact name="Slots">
          {stats.slots.busy} of {stats.slots.total} busy
        </Fact>
        <Fact name="Due in the queue">{due}</Fact>
        <Fact name="Jobs running">{stats.jobs['running'] ?? 0}</Fact>
        <Fact name="Jobs waiting">{stats.jobs['waiting'] ?? 0}</Fact>
        <Fact name="Up for">{duration(stats.uptime_seconds * 1000)}</Fact>
        <Fact name="Version">{version}</Fact>
      </dl>
    </Section>
  )
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt className="text-xs text-muted">{name}</dt>
      <dd className="text-base tabular-nums">{children}</dd>
    </div>
  )
}

const doing: Readonly<Record<WorkerView['leases'][number]['kind'], string>> = {
  attempt: 'working on a task',
  review: 'reviewing a task',
  checks: 'running checks',
  merge: 'merging work',
  deliver: 'delivering a job',
}

function Workers({ workers }: { readonly workers: readonly WorkerView[] }) {
  return (
    <Section title="Workers" hint="The processes that claim work, and the work that each of them holds.">
      <ul className="flex flex-col border-t border-line">
        {workers.map((worker) => (
          <li key={worker.id} className="border-b border-line py-2.5">
            <p className="flex flex-wrap gap-x-4">
              <span className="font-medium">
                {worker.host}, process {worker.pid}
              </span>
              <span className="text-muted">{worker.slots} slots</span>
              <span className="text-muted">
                last seen <Ago at={worker.seen_at} />
              </span>
            </p>
            <ul>
              {worker.leases.map((lease) => (
                <li key={lease.work_id} className="text-muted">
                  <Link
                    to="/jobs/$id"
                    params={{ id: lease.job_id }}
                    className="rounded text-accent hover:underline"
                  >
                    {doing[lease.kind]}
                  </Link>{' '}
                  for <Elapsed from={lease.since} />
                </li>
              ))}
            </ul>
          </li>
        ))}
        {workers.length === 0 && (
          <li className="py-2.5 text-muted">No process is claiming work at the moment.</li>
        )}
      </ul>
    </Section>
  )
}
