import { useEffect } from 'react'

/** The time in ms that the page has to set the focus itself. */
const patienceMs = 60

/**
 * Keeps the focus on the page: when the focused element is removed (a screen that was left, a button whose action is done)
 * and no other element was focused, the heading of the screen gets the focus. Waits for a heading that is not rendered yet.
 */
export function useKeptFocus(): void {
  useEffect(() => {
    let last: Element | null = null
    let timer: ReturnType<typeof setTimeout> | undefined
    const look = (): void => {
      timer = undefined
      if (last === null || last.isConnected || document.activeElement !== document.body) return
      const heading = document.querySelector<HTMLElement>('main h1')
      if (heading === null) return
      heading.tabIndex = -1
      heading.focus({ preventScroll: true })
    }
    const onFocus = (event: FocusEvent): void => {
      last = event.target instanceof Element ? event.target : null
    }
    const changes = new MutationObserver(() => {
      if (last?.isConnected === false) timer ??= setTimeout(look, patienceMs)
    })
    document.addEventListener('focusin', onFocus)
    changes.observe(document.body, { childList: true, subtree: true })
    return () => {
      document.removeEventListener('focusin', onFocus)
      changes.disconnect()
      clearTimeout(timer)
    }
  }, [])
}
