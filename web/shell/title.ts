import { useEffect } from 'react'
import { createStore } from '../api/store.ts'

/** The screen that is shown now, for those who do not see it change. */
export const shownTitle = createStore('')

/** The name of the page in the browser's tab; a job's begins with its status, so that a row of tabs can be read. */
export function useTitle(title: string | undefined, status?: string): void {
  useEffect(() => {
    const words = [status === undefined ? title : `${status}: ${title}`, 'Slipway']
    if (title !== undefined) shownTitle.set(title)
    document.title = title === undefined ? 'Slipway' : words.join(' · ')
  }, [title, status])
}
