import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Dialog } from 'radix-ui'
import { useDeferredValue, useId, useState, type KeyboardEvent, type ReactNode } from 'react'
import { queries } from '../api/queries.ts'
import { StatusIcon } from '../parts/status-pill.tsx'
import { cx } from '../ui/cx.ts'
import { Kbd } from '../ui/text/code.tsx'
import { jobState } from '../words/job-state.ts'
import { useAllCommands } from './commands.ts'

interface Choice {
  readonly id: string
  readonly group: string
  readonly title: string
  readonly icon?: ReactNode
  readonly keys?: string
  readonly run: () => void
}

const jobsShown = 8

/** The command palette. The screen's commands come first, then places, then jobs by title. */
export function Palette({ onOpenChange }: { readonly onOpenChange: (open: boolean) => void }) {
  const [text, setText] = useState('')
  const [selected, setSelected] = useState(0)
  const listId = useId()
  const choices = useChoices(text)
  const current = choices[Math.min(selected, choices.length - 1)]

  const run = (choice: Choice | undefined): void => {
    if (choice === undefined) return
    onOpenChange(false)
    choice.run()
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step !== 0) setSelected((selected + step + choices.length) % Math.max(1, choices.length))
    else if (event.key === 'Enter') run(current)
    else return
    event.preventDefault()
  }

  return (
    <PaletteWindow onOpenChange={onOpenChange}>
      <input
        autoFocus
        role="combobox"
        aria-label="Go to or do"
        aria-expanded
        aria-controls={listId}
        aria-activedescendant={current === undefined ? undefined : `${listId}-${current.id}`}
        placeholder="Go to a job or a page, or do something"
        value={text}
        onChange={(event) => {
          setText(event.target.value)
          setSelected(0)
        }}
        onKeyDown={onKeyDown}
        className="h-12 shrink-0 border-b border-line bg-transparent px-4 text-base outline-none max-sm:text-[16px]"
      />
      <div id={listId} role="listbox" aria-label="Choices" className="min-h-0 overflow-y-auto p-1.5">
        {choices.map((choice, index) => (
          <ChoiceRow
            key={choice.id}
            id={`${listId}-${choice.id}`}
            choice={choice}
            isCurrent={choice === current}
            heading={choice.group === choices[index - 1]?.group ? null : choice.group}
            onPoint={() => setSelected(index)}
            onRun={() => run(choice)}
          />
        ))}
        {choices.length === 0 && (
          <div className="px-2.5 py-6 text-center text-muted">Nothing by that name.</div>
        )}
      </div>
    </PaletteWindow>
  )
}

function PaletteWindow({
  onOpenChange,
  children,
}: {
  readonly onOpenChange: (open: boolean) => void
  readonly children: ReactNode
}) {
  return (
    <Dialog.Root open onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-veil" />
        <Dialog.Content
          aria-describedby={undefined}
          className="fixed top-[12dvh] left-1/2 z-40 flex max-h-[70dvh] w-[calc(100vw-2rem)] max-w-140 -translate-x-1/2 animate-appear flex-col overflow-hidden rounded-lg border border-line bg-raised shadow-menu focus:outline-none max-sm:top-4"
        >
          <Dialog.Title className="sr-only">Go to or do</Dialog.Title>
          {children}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

function ChoiceRow({
  id,
  choice,
  isCurrent,
  heading,
  onPoint,
  onRun,
}: {
  readonly id: string
  readonly choice: Choice
  readonly isCurrent: boolean
  readonly heading: string | null
  readonly onPoint: () => void
  readonly onRun: () => void
}) {
  return (
    <>
      {heading !== null && (
        <div role="presentation" className="px-2.5 pt-2.5 pb-1 text-xs font-medium text-muted">
          {heading}
        </div>
      )}
      {/* The keyboard reaches it through the field above (aria-activedescendant). */}
      {/* oxlint-disable-next-line jsx-a11y/click-events-have-key-events */}
      <div
        id={id}
        role="option"
        tabIndex={-1}
        aria-selected={isCurrent}
        ref={(row) => {
          if (isCurrent) row?.scrollIntoView({ block: 'nearest' })
        }}
        onMouseMove={onPoint}
        onClick={onRun}
        className={cx(
          'flex h-9 cursor-pointer items-center gap-2.5 rounded-md px-2.5 text-sm',
          isCurrent && 'bg-hover',
        )}
      >
        {choice.icon}
        <span dir="auto" className="min-w-0 flex-1 truncate text-left">
          {choice.title}
        </span>
        {choice.keys !== undefined && <Kbd keys={choice.keys} />}
      </div>
    </>
  )
}

function useChoices(text: string): readonly Choice[] {
  const navigate = useNavigate()
  const wanted = useDeferredValue(text.trim())
  const { data } = useQuery(queries.jobs({ page_size: jobsShown, ...(wanted === '' ? {} : { q: wanted }) }))
  const words = text.toLowerCase().split(/\s+/)
  const commands = useAllCommands().filter(({ id, title }) => {
    return id !== 'palette' && words.every((word) => title.toLowerCase().includes(word))
  })
  const jobs = (data?.jobs ?? []).map((job) => ({
    id: job.id,
    group: 'Jobs',
    title: job.title,
    icon: <StatusIcon status={jobState(job)} />,
    run: () => void navigate({ to: '/jobs/$id', params: { id: job.id } }),
  }))
  return [...commands, ...jobs]
}
