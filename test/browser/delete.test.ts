import { afterAll, beforeAll, expect, it } from 'vitest'
import { endOf } from '../helpers/follow-job.ts'
import { startTestServer, type TestServer } from '../helpers/server.ts'
import { useBrowser } from '../helpers/use-browser.ts'

let server: TestServer
const { visit } = useBrowser()

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

it('an ended job is deleted from its menu, after a summary of what is removed, and disappears from the lists', async () => {
  const { job_id } = await server.client.createJob({ vision: 'a counter', mode: 'solo' })
  await visit(server, { path: `/jobs/${job_id}` }, async ({ page }) => {
    const item = page.getByRole('menuitem', { name: 'Delete the job' })
    await page.getByRole('button', { name: 'More about this job' }).click()
    expect(await item.getAttribute('aria-disabled')).toBe('true')
    await page.keyboard.press('Escape')
    await endOf(server, job_id)
    await page.reload()
    await page.getByRole('button', { name: 'More about this job' }).click()
    await item.click()
    const dialog = page.getByRole('alertdialog', { name: 'Delete this job?' })
    await dialog.getByText(/removed for good/).waitFor()
    await dialog.getByRole('button', { name: 'Delete the job' }).click()
    await page.waitForURL(/\/jobs$/)
    await page.getByRole('heading', { name: 'Jobs', level: 1 }).waitFor()
    expect(await page.getByRole('link', { name: /counter/ }).count()).toBe(0)
  })
  await expect(server.client.getJob(job_id)).rejects.toMatchObject({ status: 404 })
})
