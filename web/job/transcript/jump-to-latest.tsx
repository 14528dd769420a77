import { ArrowDown } from 'lucide-react'
import { Button } from '../../ui/controls/button.tsx'

/** The button over a list that is not scrolled to its end: scrolls back to the end. */
export function JumpToLatest({ onJump }: { readonly onJump: () => void }) {
  return (
    <Button
      size="small"
      className="absolute bottom-4 left-1/2 -translate-x-1/2 rounded-full bg-raised shadow-menu"
      onClick={onJump}
    >
      <ArrowDown aria-hidden /> Jump to latest
    </Button>
  )
}
