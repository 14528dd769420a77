import { createStore, useStore } from '../api/store.ts'

export type Theme = 'system' | 'light' | 'dark'

const key = 'slipway.theme'
const theme = createStore<Theme>(read())

function read(): Theme {
  const kept = localStorage.getItem(key)
  return kept === 'light' || kept === 'dark' ? kept : 'system'
}

/** Applies a theme immediately and stores it in this browser; web/public/theme.js applies it before the first paint. */
export function setTheme(next: Theme): void {
  document.documentElement.dataset['theme'] = next
  localStorage.setItem(key, next)
  theme.set(next)
}

export function useTheme(): Theme {
  return useStore(theme)
}
