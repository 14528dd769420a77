import { useSyncExternalStore } from 'react'
import { useTheme } from '../shell/theme.ts'

const dark = window.matchMedia('(prefers-color-scheme: dark)')

function subscribe(listener: () => void): () => void {
  dark.addEventListener('change', listener)
  return () => dark.removeEventListener('change', listener)
}

/** Returns the page's current theme. */
export function useColours(): 'light' | 'dark' {
  const theme = useTheme()
  const system = useSyncExternalStore(subscribe, () => (dark.matches ? 'dark' : 'light'))
  return theme === 'system' ? system : theme
}
