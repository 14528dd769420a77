import type { Locator, Page } from 'playwright-core'

/** What the tests of several screens do, through what a person sees: roles and names. */

/** Starts a job from the first screen, as a person who picks the offline demo does, and gives its id. */
export async function startJob(page: Page, vision: string): Promise<string> {
  await page.goto('/')
  await page.getByRole('textbox', { name: 'Vision' }).fill(vision)
  await page.getByRole('button', { name: /^Backend: / }).click()
  await page.getByRole('menuitemcheckbox', { name: /^Offline demo/ }).click()
  await page.getByRole('button', { name: 'Start' }).click()
  await page.waitForURL(/\/jobs\/[0-9a-f-]{36}$/)
  return new URL(page.url()).pathname.split('/').at(-1) ?? ''
}

/** A column of the board. */
export function column(page: Page, name: string): Locator {
  return page.getByRole('region', { name: new RegExp(`^${name}, `) })
}

/** How long a job may take to a status on a busy machine, where its test promises nothing. */
const STATUS_MS = 200_000

/** Waits for the status of the job in its header. */
export async function waitForStatus(page: Page, status: string, ms = STATUS_MS): Promise<void> {
  await statusPill(page, status).waitFor({ timeout: ms })
}

/** The pill of a status in the job's header; the stepper next to it uses some of the same words. */
export function statusPill(page: Page, status: string): Locator {
  return page
    .locator(`header [data-status="${status.toLowerCase().replaceAll(' ', '_')}"]`)
    .filter({ hasText: status })
    .first()
}

/** The progress of the job, as shown on the page. */
export async function progressOf(page: Page): Promise<number> {
  const bar = page.getByRole('progressbar', { name: 'Progress of the job' })
  return Number(await bar.getAttribute('aria-valuenow'))
}
