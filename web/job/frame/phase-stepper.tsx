import { StatusIcon } from '../../parts/status-pill.tsx'
import { cx } from '../../ui/cx.ts'
import type { StatusWord } from '../../words/status.ts'
import type { PhaseStep, StepState } from './phases.ts'

const icons: Readonly<Record<StepState, StatusWord>> = {
  done: 'completed',
  now: 'running',
  paused: 'waiting',
  failed: 'failed',
  stopped: 'cancelled',
  next: 'pending',
}

const texts: Readonly<Record<StepState, string>> = {
  done: 'text-muted',
  now: 'font-medium text-running',
  paused: 'font-medium text-waiting',
  failed: 'font-medium text-failed',
  stopped: 'font-medium text-ink',
  next: 'text-faint',
}

const spoken: Readonly<Record<StepState, string>> = {
  done: 'done',
  now: 'now',
  paused: 'waiting here',
  failed: 'failed here',
  stopped: 'stopped here',
  next: 'not yet',
}

/** The phases of the job. On a phone only the current one is labelled. */
export function PhaseStepper({ steps }: { readonly steps: readonly PhaseStep[] }) {
  const last = steps.findLastIndex((step) => step.state !== 'next')
  return (
    <ol aria-label="Phases" className="flex items-center text-xs">
      {steps.map(({ phase, label, state }, index) => (
        <li
          key={phase}
          aria-current={state === 'next' || state === 'done' ? undefined : 'step'}
          className={cx('flex items-center gap-1.5 whitespace-nowrap', texts[state])}
        >
          {index > 0 && (
            <span
              aria-hidden
              className={cx(
                'mx-2 h-px w-4 max-lg:mx-1 max-lg:w-2',
                state === 'next' ? 'bg-line-strong' : 'bg-control',
              )}
            />
          )}
          <StatusIcon status={icons[state]} className={cx(state === 'done' && 'opacity-80')} />
          <span className={cx(index !== last && 'max-md:sr-only')}>{label}</span>
          <span className="sr-only">: {spoken[state]}</span>
        </li>
      ))}
    </ol>
  )
}
