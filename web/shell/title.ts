import { useEffect } from 'react'
import { createStore } from '../api/store.ts'

/** The title of the current screen, for screen readers. */
export const shownTitle = createStore('')

/** The title of the browser tab, without the number in front. */
const tab = createStore('Slipway')
const needing = createStore(0)

function write(): void {
  const count = needing.get()
  document.title = count === 0 ? tab.get() : `(${count}) ${tab.get()}`
}

/** Sets the title of the browser tab; a job's begins with its status, so that a row of tabs is readable. */
export function useTitle(title: string | undefined, status?: string): void {
  useEffect(() => {
    const words = [status === undefined ? title : `${status}: ${title}`, 'Slipway']
    if (title !== undefined) shownTitle.set(title)
    tab.set(title === undefined ? 'Slipway' : words.join(' · '))
    write()
  }, [title, status])
}

/** Sets the number of jobs that need a person, shown in front of every title. */
export function useTitleCount(count: number): void {
  useEffect(() => {
    needing.set(count)
    write()
  }, [count])
}
