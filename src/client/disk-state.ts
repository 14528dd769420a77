import type { StorageView } from './views.ts'

/** The free space, in multiples of what must stay free, below which people are warned. */
const WARNING_FACTOR = 3

/** Returns whether work waits because the disk is `full`, or will soon because it is `nearly_full`. */
export function diskState({
  free,
  needed,
}: Omit<StorageView['disk'], 'total'>): 'full' | 'nearly_full' | 'enough' {
  if (free < needed) return 'full'
  return free < needed * WARNING_FACTOR ? 'nearly_full' : 'enough'
}
