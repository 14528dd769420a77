import { useState, type ReactElement } from 'react'
import { lazyPart } from '../lazy-part.tsx'
import type { MenuProps } from './menu-panel.tsx'

const MenuPanel = lazyPart(async () => (await import('./menu-panel.tsx')).MenuPanel, {
  fallback: ({ trigger }) => trigger,
})

/** A menu of actions behind one button. The code for menus is loaded when the first one is opened. */
export function Menu(props: MenuProps) {
  const [isWanted, setIsWanted] = useState(false)
  if (isWanted) return <MenuPanel {...props} onFailed={() => setIsWanted(false)} />
  return <FirstClick trigger={props.trigger} onWanted={() => setIsWanted(true)} />
}

/** Handles the first click on a trigger that is not wired up yet. A button's click also comes from Enter and Space. */
export function FirstClick({
  trigger,
  onWanted,
}: {
  readonly trigger: ReactElement
  readonly onWanted: () => void
}) {
  return (
    <span className="contents" onClickCapture={onWanted}>
      {trigger}
    </span>
  )
}
