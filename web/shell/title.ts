import { useEffect } from 'react'
import { createStore } from '../api/store.ts'

/** The screen that is shown now, for those who do not see it change. */
export const shownTitle = createStore('')

/** What the browser's tab says, but for the number in front of it. */
const tab = createStore('Slipway')
const needing = createStore(0)

function write(): void {
  const count = needing.get()
  document.title = count === 0 ? tab.get() : `(${count}) ${tab.get()}`
}

/** The name of the page in the browser's tab; a job's begins with its status, so that a row of tabs can be read. */
export function useTitle(title: string | undefined, status?: string): void {
  useEffect(() => {
    const words = [status === undefined ? title : `${status}: ${title}`, 'Slipway']
    if (title !== undefined) shownTitle.set(title)
    tab.set(title === undefined ? 'Slipway' : words.join(' · '))
    write()
  }, [title, status])
}

/** How many jobs need a person, in front of every title. */
export function useTitleCount(count: number): void {
  useEffect(() => {
    needing.set(count)
    write()
  }, [count])
}
