import type { Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { endOf } from '../helpers/follow-job.ts'
import { startTestServer, type TestServer } from '../helpers/server.ts'
import { useBrowser } from '../helpers/use-browser.ts'

/** Several jobs are picked in the list and archived, put back or deleted together. */
let server: TestServer
const { visit } = useBrowser()

beforeAll(async () => {
  server = await startTestServer()
})
afterEach(async () => {
  for (const archived of ['false', 'true'] as const)
    for (const { id, completed_at } of (await server.client.listJobs({ archived })).jobs) {
      if (completed_at === null) await server.client.cancel(id)
      await endOf(server, id)
      await server.client.deleteJob(id)
    }
})
afterAll(() => server.stop())

async function start(vision: string): Promise<string> {
  return (await server.client.createJob({ vision, mode: 'solo' })).job_id
}

async function done(vision: string): Promise<string> {
  const id = await start(vision)
  await endOf(server, id)
  return id
}

/** A job that was cancelled, and does not end by itself when it is restarted. */
async function cancelled(vision: string): Promise<string> {
  const id = await start(`${vision} [[demo:hang]]`)
  await server.client.cancel(id)
  await endOf(server, id)
  return id
}

async function listed(archived: 'true' | 'false' = 'false'): Promise<string[]> {
  return (await server.client.listJobs({ archived })).jobs.map(({ id }) => id).toSorted()
}

const box = (page: Page, title: string): Locator =>
  page.getByRole('checkbox', { name: new RegExp(`^Select .*${title}`) })
const button = (page: Page, name: string): Locator => page.getByRole('button', { name, exact: true })

it('several jobs are archived with the keyboard, found under Archived, and put back together', async () => {
  const [first, second, other] = [await done('a counter'), await done('a todo list'), await done('a clock')]
  await visit(server, { path: '/jobs' }, async ({ page }) => {
    await box(page, 'counter').focus()
    await page.keyboard.press('Space')
    await page.getByText('1 selected', { exact: true }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByText('1 selected', { exact: true }).waitFor({ state: 'detached' })
    await page.keyboard.press('Space')
    await box(page, 'todo list').press('Space')
    await page.getByText('2 selected', { exact: true }).waitFor()
    await button(page, 'Archive').press('Enter')
    await page.getByText('2 jobs are archived.').waitFor()
    await box(page, 'counter').waitFor({ state: 'detached' })
    expect([await listed(), await listed('true')]).toEqual([[other], [first, second].toSorted()])

    await page.getByRole('combobox', { name: 'Status' }).selectOption('Archived')
    await page.waitForURL(/\/jobs\?archived=true$/)
    await box(page, 'counter').waitFor()
    expect(await box(page, 'clock').count()).toBe(0)
    await page.getByRole('checkbox', { name: 'Select all jobs on this page' }).press('Space')
    await page.getByText('2 selected', { exact: true }).waitFor()
    await button(page, 'Put back').click()
    await page.getByRole('heading', { name: 'No archived jobs' }).waitFor()
    expect([(await listed()).length, await listed('true')]).toEqual([3, []])
  })
})

it('one job is archived and put back from its menu, and shows that it is archived', async () => {
  const id = await done('a counter')
  await visit(server, { path: `/jobs/${id}` }, async ({ page }) => {
    const choose = async (item: string): Promise<void> => {
      await button(page, 'More about this job').click()
      await page.getByRole('menuitem', { name: item }).click()
    }
    const badge = page
      .getByRole('banner')
      .or(page.locator('main header'))
      .getByText('Archived', { exact: true })
    expect(await badge.count()).toBe(0)
    await choose('Archive the job')
    await badge.waitFor()
    expect(await listed('true')).toEqual([id])
    await choose('Put the job back')
    await badge.waitFor({ state: 'detached' })
    expect(await listed()).toEqual([id])
  })
})

it('of several jobs the ended ones are deleted; the others stay and show why', async () => {
  const gone = [await done('a counter'), await done('a todo list')]
  const back = await cancelled('a clock')
  const running = await start('a calculator [[demo:hang]]')
  await visit(server, { path: '/jobs', expected: [/409/] }, async ({ page }) => {
    await box(page, 'calculator').check()
    await page.getByText('1 selected, not ended yet').waitFor()
    expect(await button(page, 'Delete').isDisabled()).toBe(true)
    await page.getByRole('checkbox', { name: 'Select all jobs on this page' }).check()
    await page.getByText('4 selected, 1 not ended yet').waitFor()
    await button(page, 'Delete').click()
    const dialog = page.getByRole('dialog', { name: 'Delete 3 jobs?' })
    await dialog.getByText(/removed for good/).waitFor()
    expect(await dialog.getByRole('region', { name: 'Jobs to delete' }).getByRole('listitem').count()).toBe(3)
    await dialog
      .getByRole('region', { name: 'Jobs to delete' })
      .getByText('Nobody has a copy')
      .first()
      .waitFor()
    await dialog.getByText(/^One has not ended and stays/).waitFor()
    await dialog.getByRole('region', { name: 'Jobs that stay' }).getByText('calculator').waitFor()
    // Another client restarts one of them while the dialog is open.
    await server.client.restart(back)
    await dialog.getByRole('button', { name: 'Delete 3 jobs' }).click()
    await page.getByText('2 jobs are deleted.').waitFor()
    const failed = page.getByRole('dialog', { name: '1 of 3 jobs could not be deleted' })
    await failed.getByText(/cancel it first/).waitFor()
    await failed.getByRole('button', { name: 'Close', exact: true }).last().click()
    await box(page, 'counter').waitFor({ state: 'detached' })
    expect(await page.getByRole('list', { name: 'Jobs' }).getByRole('listitem').count()).toBe(2)
  })
  expect(await listed()).toEqual([back, running].toSorted())
  for (const id of gone) await expect(server.client.getJob(id)).rejects.toMatchObject({ status: 404 })
})
