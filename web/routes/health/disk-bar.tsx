import { diskState } from '../../../src/client/disk-state.ts'
import type { StorageView } from '../../../src/contract/storage.ts'
import { Callout } from '../../ui/callout.tsx'
import { cx } from '../../ui/cx.ts'
import { fileSize } from '../../ui/text/file-size.ts'

interface Part {
  readonly name: string
  readonly bytes: number
  readonly look: string
}

const hatched =
  'bg-[repeating-linear-gradient(135deg,var(--control)_0_1.5px,transparent_1.5px_5px)] bg-sunken'

/** A picture of the disk: what the jobs hold, what else is used, what is free, and how much of that must stay free. */
export function DiskBar({ disk, jobs }: { readonly disk: StorageView['disk']; readonly jobs: number }) {
  const { total, free, needed } = disk
  const state = diskState(disk)
  const parts: readonly Part[] = [
    { name: 'Jobs', bytes: jobs, look: 'bg-muted' },
    { name: 'Everything else', bytes: Math.max(0, total - free - jobs), look: 'bg-line-strong' },
    { name: 'Free', bytes: free, look: 'bg-sunken' },
  ]
  const words = parts.map(({ name, bytes }) => `${name.toLowerCase()} ${fileSize(bytes)}`).join(', ')
  return (
    <figure className="flex flex-col gap-2.5">
      <div
        role="img"
        aria-label={`The disk: ${words}, of which ${fileSize(needed)} must stay free`}
        className="flex h-4 gap-px overflow-hidden rounded border border-control"
      >
        {parts.map(({ name, bytes, look }) => (
          <div
            key={name}
            style={{ flexGrow: bytes }}
            className={cx('relative basis-0', look, bytes > 0 && 'min-w-1')}
          >
            {name === 'Free' && (
              <div
                className={cx('absolute inset-y-0 right-0 min-w-1 border-l border-control', hatched)}
                style={{ width: `${(100 * Math.min(needed, free)) / Math.max(free, 1)}%` }}
              />
            )}
          </div>
        ))}
      </div>
      <figcaption>
        <dl className="flex flex-wrap gap-x-5 gap-y-1 text-xs">
          {[...parts, { name: 'Must stay free', bytes: needed, look: hatched }].map((part) => (
            <Legend key={part.name} part={part} />
          ))}
        </dl>
      </figcaption>
      {state === 'nearly_full' && (
        <Callout tone="waiting" title="The disk is nearly full">
          <p className="text-muted">Work waits when less than {fileSize(needed)} are free.</p>
        </Callout>
      )}
      {state === 'full' && (
        <Callout tone="failed" title="The disk is too full">
          <p className="text-muted">Work waits until another {fileSize(needed - free)} is free.</p>
        </Callout>
      )}
    </figure>
  )
}

function Legend({ part: { name, bytes, look } }: { readonly part: Part }) {
  return (
    <div className="flex items-center gap-1.5">
      <span aria-hidden className={cx('size-2.5 rounded-[2px] border border-control', look)} />
      <dt className="text-muted">{name}</dt>
      <dd className="tabular-nums">{fileSize(bytes)}</dd>
    </div>
  )
}
