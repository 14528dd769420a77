import { useState } from 'react'

/**
 * For the content of a window that nobody's trigger opened: gives the focus back to what had it before. The library gives it
 * to the trigger alone, and ours are opened by what the page knows.
 */
export function useReturnFocus(): (event: Event) => void {
  const [opener] = useState(() => document.activeElement)
  return (event) => {
    event.preventDefault()
    if (opener instanceof HTMLElement && opener.isConnected) opener.focus()
  }
}
