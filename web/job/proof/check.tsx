import { getRouteApi } from '@tanstack/react-router'
import { ChevronRight } from 'lucide-react'
import type { ReactNode } from 'react'
import type { CheckView } from '../../../src/contract/job.ts'
import type { CheckOrigin } from '../../../src/contract/words.ts'
import { StatusPill } from '../../parts/status-pill.tsx'
import { cx } from '../../ui/cx.ts'
import { lazyPart } from '../../ui/lazy-part.tsx'
import { Code } from '../../ui/text/code.tsx'
import { fullTime, measured } from '../../ui/text/time.ts'

const route = getRouteApi('/app/jobs/$id/proof')
const AnsiLog = lazyPart(async () => (await import('../../ui/text/ansi-log.tsx')).AnsiLog)

/** One check: its verdict in a line, and its evidence below when it is opened, with a URL of its own. */
export function CheckRow({ check, isOpen }: { readonly check: CheckView; readonly isOpen: boolean }) {
  const navigate = route.useNavigate()
  return (
    <li className="border-b border-line">
      <button
        type="button"
        aria-expanded={isOpen}
        onClick={() =>
          void navigate({
            search: (now) => ({ ...now, check: isOpen ? undefined : check.id }),
            replace: true,
          })
        }
        className="flex min-h-11 w-full items-center gap-3 py-1.5 text-left -outline-offset-2 hover:bg-hover"
      >
        <ChevronRight
          aria-hidden
          className={cx('size-4 shrink-0 text-muted transition-transform', isOpen && 'rotate-90')}
        />
        <span className="flex w-18 shrink-0">
          <StatusPill status={check.not_counted === null ? check.verdict : 'unproven'} look="bare" />
        </span>
        <code className={cx('min-w-0 flex-1 text-xs', isOpen ? 'wrap-anywhere' : 'truncate')}>
          {check.kind === 'setup' && <span className="font-sans text-muted">Setup: </span>}
          {check.command}
        </code>
        <span className="shrink-0 text-xs text-muted tabular-nums">exit {check.exit_code ?? 'none'}</span>
        <span className="w-14 shrink-0 text-right text-xs text-muted tabular-nums">
          {measured(check.duration_ms)}
        </span>
      </button>
      {isOpen && <Evidence check={check} />}
    </li>
  )
}

const namedBy: Readonly<Record<CheckOrigin, string>> = {
  person: 'a person',
  plan: 'the plan',
  repository: 'the repository: found in its files',
  agent: 'the agent that did the work',
}

function Evidence({ check }: { readonly check: CheckView }) {
  const versions = Object.entries(check.versions).map(([name, version]) => `${name} ${version}`)
  return (
    <div className="flex flex-col gap-3 pb-4 pl-7">
      <dl className="grid grid-cols-[repeat(auto-fit,minmax(10rem,1fr))] gap-x-6 gap-y-2">
        <Fact name="Exit code">{check.exit_code ?? 'none: it was stopped'}</Fact>
        <Fact name="Took">{measured(check.duration_ms)}</Fact>
        <Fact name="Commit">
          <Code>{check.commit.slice(0, 12)}</Code>
        </Fact>
        <Fact name="Run at">{fullTime(check.started_at)}</Fact>
        <Fact name="With">{versions.join(', ')}</Fact>
        <Fact name="Walls">{check.walls}</Fact>
        {check.origin !== null && <Fact name="Named by">{namedBy[check.origin]}</Fact>}
      </dl>
      {check.not_counted !== null && (
        <p className="text-xs text-waiting">It passed and does not count. {check.not_counted}</p>
      )}
      {check.log.trim() === '' ? (
        <p className="text-xs text-muted">It printed nothing.</p>
      ) : (
        <AnsiLog text={check.log} label={`Output of ${check.command}`} />
      )}
      {check.log_truncated && (
        <p className="text-xs text-muted">The output was longer than is kept: its middle is left out.</p>
      )}
    </div>
  )
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-xs text-muted">{name}</dt>
      <dd className="text-sm wrap-anywhere">{children}</dd>
    </div>
  )
}
