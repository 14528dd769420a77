import { useEffect } from 'react'

/** How long the page may take to give the focus to somebody itself, in milliseconds. */
const patienceMs = 60

/**
 * Keeps the focus where the work is: when what had it is gone (a screen that was left, a button whose act is done) and
 * nobody else took it, it goes to the heading of the screen. A heading that is not there yet is waited for.
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
