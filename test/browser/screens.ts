import type { Locator, Page } from 'playwright-core'

/** The jobs that the pictures show. */
export interface ShownJobs {
  /** Completed and proven. */
  readonly done: string
  /** Being built, for minutes. */
  readonly running: string
  /** Failed: its check never passes. */
  readonly failed: string
  /** Waits for the approval of its plan. */
  readonly waiting: string
  /** Completed and archived. */
  readonly archived: string
}

export interface Screen {
  /** Becomes the name of the file. */
  readonly name: string
  readonly path: (jobs: ShownJobs) => string
  /** What a person does before the picture is taken. */
  readonly prepare?: (page: Page) => Promise<void>
  /** An element that is there when the screen is complete. */
  readonly shows?: (page: Page) => Locator
  /** Shown to a browser that is not logged in. */
  readonly loggedOut?: true
  /** The expected output on the browser's console. */
  readonly expected?: RegExp
}

/** Every screen in its relevant states. Each is photographed and checked by axe. */
export const screens: readonly Screen[] = [
  { name: 'log-in', path: () => '/log-in', loggedOut: true, expected: /401/ },
  { name: 'new-job', path: () => '/' },
  {
    name: 'new-job-options',
    path: () => '/',
    prepare: (page) => press(page, 'Options'),
    shows: (page) => page.getByLabel('Source repository'),
  },
  { name: 'jobs', path: () => '/jobs' },
  { name: 'jobs-none-found', path: () => '/jobs?q=nothing-of-this-name' },
  {
    name: 'jobs-selected',
    path: () => '/jobs',
    prepare: selectAll,
    shows: (page) => page.getByText(/^\d selected/),
  },
  {
    name: 'jobs-delete',
    path: () => '/jobs',
    prepare: async (page) => {
      await selectAll(page)
      await press(page, 'Delete')
    },
    shows: (page) => page.getByText('Nobody has a copy').first(),
  },
  { name: 'jobs-archived', path: () => '/jobs?archived=true' },
  { name: 'board-archived', path: ({ archived }) => `/jobs/${archived}` },
  {
    name: 'job-menu',
    path: ({ archived }) => `/jobs/${archived}`,
    prepare: (page) => press(page, 'More about this job'),
    shows: (page) => page.getByRole('menuitem', { name: 'Put the job back' }),
  },
  { name: 'board-running', path: ({ running }) => `/jobs/${running}` },
  { name: 'board-done', path: ({ done }) => `/jobs/${done}` },
  { name: 'board-failed', path: ({ failed }) => `/jobs/${failed}` },
  {
    name: 'task',
    path: ({ done }) => `/jobs/${done}`,
    prepare: (page) => page.locator('[data-task] a').last().click(),
    shows: (page) => page.getByText('Accepted when'),
  },
  {
    name: 'palette',
    path: ({ done }) => `/jobs/${done}`,
    prepare: (page) => page.keyboard.press('Control+k'),
    shows: (page) => page.getByRole('listbox', { name: 'Choices' }),
  },
  {
    name: 'keys',
    path: ({ done }) => `/jobs/${done}`,
    prepare: (page) => page.keyboard.press('?'),
    shows: (page) => page.getByRole('dialog'),
  },
  { name: 'team', path: ({ running }) => `/jobs/${running}/team` },
  { name: 'activity', path: ({ running }) => `/jobs/${running}/activity` },
  { name: 'files', path: ({ done }) => `/jobs/${done}/files` },
  {
    name: 'files-changes',
    path: ({ done }) => `/jobs/${done}/files?view=diff`,
    shows: (page) => page.getByText('export function').first(),
  },
  { name: 'files-history', path: ({ done }) => `/jobs/${done}/files?view=commits` },
  {
    name: 'team-done',
    path: ({ done }) => `/jobs/${done}/team`,
    prepare: (page) =>
      page
        .getByRole('link', { name: /Reviewer/ })
        .first()
        .click(),
    shows: (page) => page.getByText('.slipway/review.json', { exact: true }).first(),
  },
  {
    name: 'proof-failed',
    path: ({ failed }) => `/jobs/${failed}/proof`,
    prepare: (page) =>
      page
        .getByRole('button', { name: /Failed/ })
        .first()
        .click(),
  },
  { name: 'plan-gate', path: ({ waiting }) => `/jobs/${waiting}/plan` },
  {
    name: 'plan-editor',
    path: ({ waiting }) => `/jobs/${waiting}/plan`,
    prepare: (page) => press(page, 'Edit it'),
    shows: (page) => page.getByLabel('Title of task 1'),
  },
  { name: 'no-job', path: () => '/jobs/01930000-0000-7000-8000-000000000000', expected: /404/ },
  { name: 'no-page', path: () => '/settings/nowhere' },
  { name: 'proof', path: ({ done }) => `/jobs/${done}/proof` },
  { name: 'plan', path: ({ done }) => `/jobs/${done}/plan` },
  { name: 'backends', path: () => '/backends' },
  {
    name: 'backends-add',
    path: () => '/backends',
    prepare: (page) => press(page, 'Add your own'),
    shows: (page) => page.getByRole('dialog'),
  },
  { name: 'settings', path: () => '/settings' },
  {
    name: 'settings-retention',
    path: () => '/settings',
    prepare: async (page) => {
      await page.getByRole('textbox', { name: /^Days to keep/ }).fill('a week')
      await page
        .locator('section', { hasText: 'Retention' })
        .getByRole('button', { name: 'Save' })
        .last()
        .click()
    },
    shows: (page) => page.getByText(/^Enter a whole number/),
  },
  {
    name: 'settings-retention-warning',
    path: () => '/settings',
    prepare: async (page) => {
      await page.getByRole('textbox', { name: /^Disk space/ }).fill('0.01')
      await page
        .locator('section', { hasText: 'Retention' })
        .getByRole('button', { name: 'Save' })
        .last()
        .click()
    },
    shows: (page) => page.getByRole('alertdialog'),
  },
  { name: 'health', path: () => '/health' },
  {
    name: 'health-storage',
    path: () => '/health',
    prepare: (page) => scrollTo(page, 'Storage'),
    shows: (page) => page.getByRole('button', { name: 'Remove now' }),
  },
  {
    name: 'health-remove',
    path: () => '/health',
    prepare: (page) => press(page, 'Remove now'),
    shows: (page) => page.getByRole('alertdialog'),
  },
]

function selectAll(page: Page): Promise<void> {
  return page.getByRole('checkbox', { name: 'Select all jobs on this page' }).check()
}

function press(page: Page, name: string): Promise<void> {
  return page.getByRole('button', { name }).click()
}

/** Scrolls the content of a screen, and nothing around it, until a section of it is on top. */
function scrollTo(page: Page, heading: string): Promise<void> {
  return page.getByRole('heading', { name: heading }).evaluate((title) => {
    const content = title.closest('.overflow-y-auto')
    content?.scrollBy(0, title.getBoundingClientRect().top - content.getBoundingClientRect().top - 24)
  })
}
