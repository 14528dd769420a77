import { lazy, Suspense, useState } from 'react'
import { FirstClick } from './menu.tsx'
import type { PopoverProps } from './popover-panel.tsx'

const PopoverPanel = lazy(async () => ({ default: (await import('./popover-panel.tsx')).PopoverPanel }))

/** Something small beside what opened it. */
export function Popover(props: PopoverProps) {
  const [isWanted, setIsWanted] = useState(false)
  if (isWanted)
    return (
      <Suspense fallback={props.trigger}>
        <PopoverPanel {...props} />
      </Suspense>
    )
  return <FirstClick trigger={props.trigger} onWanted={() => setIsWanted(true)} />
}
