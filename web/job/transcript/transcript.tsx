import { useCallback, useState } from 'react'
import { Failure } from '../../ui/callout.tsx'
import { Button } from '../../ui/controls/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { SkeletonRows } from '../../ui/skeleton.tsx'
import { VirtualList } from '../../ui/virtual-list.tsx'
import { JumpToLatest } from './jump-to-latest.tsx'
import { TranscriptRow } from './transcript-row.tsx'
import { useFollowing } from './use-following.ts'
import { useTranscript } from './use-transcript.ts'

const usualHeight = 56

/** The transcript of a session: messages, thoughts, tool calls, messages from people. Follows its end while it grows. */
export function Transcript({ jobId, attemptId }: { readonly jobId: string; readonly attemptId: string }) {
  const { items, isLoaded, error, hasOlder, isReadingOlder, readOlder } = useTranscript(jobId, attemptId)
  const { isFollowing, listId, list, onScroll, follow } = useFollowing(items)
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set())
  const toggle = useCallback((seq: number) => setOpen((now) => toggled(now, seq)), [])

  if (error !== null && !isLoaded) {
    return (
      <div className="p-4">
        <Failure error={error} />
      </div>
    )
  }
  if (!isLoaded) return <SkeletonRows />
  if (items.length === 0) {
    return <EmptyState title="Nothing here yet">The session begins when the attempt gets a slot.</EmptyState>
  }
  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      {hasOlder && (
        <div className="flex justify-center border-b border-line py-1">
          <Button variant="quiet" size="small" disabled={isReadingOlder} onClick={() => void readOlder()}>
            {isReadingOlder ? 'Loading earlier entries' : 'Show earlier entries'}
          </Button>
        </div>
      )}
      <VirtualList
        id={listId}
        handle={list}
        items={items}
        label="Transcript"
        keyOf={(item) => item.seq}
        usualHeight={usualHeight}
        isPrepending={isReadingOlder}
        onScroll={onScroll}
        className="min-h-0 flex-1 py-2"
      >
        {(item) => <TranscriptRow item={item} isOpen={open.has(item.seq)} onToggle={toggle} />}
      </VirtualList>
      {!isFollowing && <JumpToLatest onJump={follow} />}
    </div>
  )
}

function toggled(open: ReadonlySet<number>, seq: number): ReadonlySet<number> {
  const next = new Set(open)
  if (!next.delete(seq)) next.add(seq)
  return next
}
