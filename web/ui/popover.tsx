import { useState } from 'react'
import { lazyPart } from './lazy-part.tsx'
import { FirstClick } from './menu.tsx'
import type { PopoverProps } from './popover-panel.tsx'

const PopoverPanel = lazyPart(async () => (await import('./popover-panel.tsx')).PopoverPanel, {
  fallback: ({ trigger }) => trigger,
})

/** Something small beside what opened it. */
export function Popover(props: PopoverProps) {
  const [isWanted, setIsWanted] = useState(false)
  if (isWanted) return <PopoverPanel {...props} onFailed={() => setIsWanted(false)} />
  return <FirstClick trigger={props.trigger} onWanted={() => setIsWanted(true)} />
}
