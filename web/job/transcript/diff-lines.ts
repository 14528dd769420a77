export interface DiffLine {
  readonly kind: 'same' | 'added' | 'removed'
  readonly text: string
}

/** So many unchanged lines are shown around a change. */
const around = 3

/**
 * What lies between two versions of a passage: the lines that differ with a few unchanged ones around. One block of
 * change is assumed, because that is what an edit of an agent is; a file that is new is added as a whole.
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
