import type { JobSummary } from '../../src/contract/job.ts'
import { needsPerson } from '../../src/contract/words.ts'
import { createStore, useStore } from '../api/store.ts'

/** Whether notifications are enabled: `on`, `off`, or `refused` by the browser, which only its settings can change. */
export type Notifying = 'on' | 'off' | 'refused'

const key = 'slipway.notifications'
const notifying = createStore<Notifying>(read())

function read(): Notifying {
  if (!('Notification' in window) || Notification.permission === 'denied') return 'refused'
  return localStorage.getItem(key) === 'on' && Notification.permission === 'granted' ? 'on' : 'off'
}

export function isNotifying(): boolean {
  return notifying.get() === 'on'
}

export function useNotifying(): Notifying {
  return useStore(notifying)
}

/** Requests the browser's permission if it has not been given. */
export async function setNotifying(isOn: boolean): Promise<void> {
  if (isOn && Notification.permission === 'default') await Notification.requestPermission()
  localStorage.setItem(key, isOn ? 'on' : 'off')
  notifying.set(read())
}

/** Notifies a person on another page that a job needs them or has ended. `open` is called when they click it. */
export function notify(job: JobSummary, before: JobSummary | undefined, open: (id: string) => void): void {
  if (!isNotifying() || document.visibilityState === 'visible') return
  const text = news(job, before)
  if (text === null) return
  const note = new Notification(job.title, { body: text, tag: job.id, icon: '/favicon.svg' })
  note.addEventListener('click', () => {
    window.focus()
    open(job.id)
  })
}

function news(job: JobSummary, before: JobSummary | undefined): string | null {
  if (before?.status === job.status && before.wait?.for === job.wait?.for) return null
  if (job.status === 'completed')
    return job.demo && job.proof === 'proven'
      ? 'The demo is completed.'
      : `Completed, ${job.proof ?? 'unproven'}.`
  if (job.status === 'failed') return job.error ?? 'It failed.'
  return job.wait !== null && needsPerson(job) ? `Needs you: ${job.wait.on}` : null
}
