export interface DiffLine {
  readonly kind: 'same' | 'added' | 'removed'
  readonly text: string
}

/** The number of unchanged lines shown around a change. */
const around = 3

/**
 * Returns the differing lines of two versions of a passage, with a few unchanged ones around. Assumes one block of change,
 * as in an edit of an agent; a new file is added as a whole.
 */
export function diffLines(before: string, after: string): readonly DiffLine[] {
  const old = before === '' ? [] : before.split('\n')
  const now = after === '' ? [] : after.split('\n')
  let head = 0
  while (head < old.length && head < now.length && old[head] === now[head]) head += 1
  let tail = 0
  const most = Math.min(old.length, now.length) - head
  while (tail < most && old[old.length - 1 - tail] === now[now.length - 1 - tail]) tail += 1
  const same = (text: string): DiffLine => ({ kind: 'same', text })
  return [
    ...now.slice(Math.max(0, head - around), head).map(same),
    ...old.slice(head, old.length - tail).map((text): DiffLine => ({ kind: 'removed', text })),
    ...now.slice(head, now.length - tail).map((text): DiffLine => ({ kind: 'added', text })),
    ...now.slice(now.length - tail, now.length - tail + around).map(same),
  ]
}
