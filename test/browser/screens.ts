import type { Page } from 'playwright-core'

/** The jobs that the pictures show. */
export interface ShownJobs {
  /** Completed and proven. */
  readonly done: string
  /** Being built, for minutes. */
  readonly running: string
  /** Failed: its check never passes. */
  readonly failed: string
}

export interface Screen {
  /** Becomes the name of the file. */
  readonly name: string
  readonly path: (jobs: ShownJobs) => string
  /** What a person does before the picture is taken. */
  readonly prepare?: (page: Page) => Promise<void>
  /** Shown to whoever is not logged in. */
  readonly loggedOut?: true
}

/** Every screen that `make screenshots` takes a picture of. */
export const screens: readonly Screen[] = [
  { name: 'log-in', path: () => '/log-in', loggedOut: true },
  { name: 'new-job', path: () => '/' },
  { name: 'jobs', path: () => '/jobs' },
  { name: 'board-running', path: ({ running }) => `/jobs/${running}` },
  { name: 'board-done', path: ({ done }) => `/jobs/${done}` },
  { name: 'board-failed', path: ({ failed }) => `/jobs/${failed}` },
  { name: 'team', path: ({ running }) => `/jobs/${running}/team` },
  { name: 'activity', path: ({ running }) => `/jobs/${running}/activity` },
  { name: 'files', path: ({ done }) => `/jobs/${done}/files` },
  { name: 'proof', path: ({ done }) => `/jobs/${done}/proof` },
  { name: 'plan', path: ({ done }) => `/jobs/${done}/plan` },
  { name: 'backends', path: () => '/backends' },
  { name: 'settings', path: () => '/settings' },
  { name: 'health', path: () => '/health' },
]
