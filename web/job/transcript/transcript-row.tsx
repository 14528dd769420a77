import { Brain, Info, KeyRound, User } from 'lucide-react'
import { memo, type ReactNode } from 'react'
import { cx } from '../../ui/cx.ts'
import { Markdown } from '../../ui/text/markdown.tsx'
import { clockTime, fullTime } from '../../ui/text/time.ts'
import { Fold } from './fold.tsx'
import { PlanChecklist } from './plan-checklist.tsx'
import { ToolRow } from './tool-row.tsx'
import type { TranscriptItem } from './transcript-items.ts'

interface RowProps<Item> {
  readonly item: Item
  readonly isOpen: boolean
  readonly onToggle: (seq: number) => void
}

/** One entry of a transcript. */
export const TranscriptRow = memo(function TranscriptRow(props: RowProps<TranscriptItem>) {
  const { item } = props
  return (
    <div className="group/row flex items-start gap-3 px-5 py-1.5 max-md:px-4" data-kind={item.kind}>
      <div className="min-w-0 flex-1">
        <RowBody {...props} />
      </div>
      <time
        dateTime={item.at}
        title={fullTime(item.at)}
        className="min-w-18 shrink-0 pt-1 text-right text-[11px] whitespace-nowrap text-faint tabular-nums max-md:hidden"
      >
        {clockTime(item.at)}
      </time>
    </div>
  )
})

function RowBody({ item, isOpen, onToggle }: RowProps<TranscriptItem>) {
  switch (item.kind) {
    case 'message':
      return <Markdown text={item.text} />
    case 'thought':
      return (
        <Fold
          isOpen={isOpen}
          onToggle={() => onToggle(item.seq)}
          icon={<Brain aria-hidden />}
          title={<span className="italic">{firstLine(item.text)}</span>}
          name="Thought"
        >
          <p className="border-l-2 border-line pl-3 whitespace-pre-wrap wrap-anywhere text-muted">
            {item.text}
          </p>
        </Fold>
      )
    case 'tool':
      return <ToolRow call={item} isOpen={isOpen} onToggle={onToggle} />
    case 'plan':
      return <PlanChecklist entries={item.entries} />
    case 'permission':
      return (
        <Line icon={<KeyRound aria-hidden />}>
          Asked for permission: {item.text} <b className="font-medium text-ink">{answerWords(item.answer)}</b>
        </Line>
      )
    case 'person':
      return <PersonSaid item={item} />
    case 'note':
      return <Line icon={<Info aria-hidden />}>{item.text}</Line>
    case 'step':
      return <Line icon={<span className="block size-1.5 rounded-full bg-control" />}>{item.text}</Line>
  }
}

function Line({ icon, children }: { readonly icon: ReactNode; readonly children: ReactNode }) {
  return (
    <p className="flex items-start gap-2 text-xs leading-5 text-muted">
      <span className="flex h-5 w-4 shrink-0 items-center justify-center [&_svg]:size-3.5">{icon}</span>
      <span dir="auto" className="min-w-0 whitespace-pre-wrap wrap-anywhere">
        {children}
      </span>
    </p>
  )
}

function PersonSaid({ item }: { readonly item: Extract<TranscriptItem, { kind: 'person' }> }) {
  const isDelivered = item.deliveredAt !== null
  return (
    <div className="rounded-lg border border-accent/25 bg-accent-soft px-3 py-2">
      <p className="flex items-center gap-1.5 text-xs text-muted">
        <User aria-hidden className="size-3.5" /> A person
        <span className={cx('ml-auto', !isDelivered && 'text-waiting')}>
          {item.deliveredAt === null
            ? 'waits for the next turn'
            : `delivered at ${clockTime(item.deliveredAt)}`}
        </span>
      </p>
      <p dir="auto" className="text-base whitespace-pre-wrap wrap-anywhere">
        {item.text}
      </p>
    </div>
  )
}

/** Returns ACP's permission options in words: `allow_once` is "allowed once". */
function answerWords(answer: string): string {
  const words: Readonly<Record<string, string>> = {
    allow_once: 'allowed once',
    allow_always: 'always allowed',
    reject_once: 'refused once',
    reject_always: 'always refused',
    cancelled: 'cancelled',
  }
  return words[answer] ?? answer
}

function firstLine(text: string): string {
  return text.trim().split('\n', 1)[0] ?? ''
}
