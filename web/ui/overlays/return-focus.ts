import { useState } from 'react'

/**
 * For the content of a window without a trigger: returns the focus to the previously focused element. The library returns it
 * only to a trigger, and these windows are opened by state.
 */
export function useReturnFocus(): (event: Event) => void {
  const [opener] = useState(() => document.activeElement)
  return (event) => {
    event.preventDefault()
    if (opener instanceof HTMLElement && opener.isConnected) opener.focus()
  }
}
