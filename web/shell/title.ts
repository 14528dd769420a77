import { useEffect } from 'react'

/** The name of the page in the browser's tab; a job's begins with its status, so that a row of tabs can be read. */
export function useTitle(title: string | undefined, status?: string): void {
  useEffect(() => {
    const words = [status === undefined ? title : `${status}: ${title}`, 'Slipway']
    document.title = title === undefined ? 'Slipway' : words.join(' · ')
  }, [title, status])
}
