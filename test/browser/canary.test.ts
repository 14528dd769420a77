import type { Locator, Page } from 'playwright-core'
import { afterEach, expect, it } from 'vitest'
import { startTestServer, type TestServer } from '../helpers/server.ts'
import { useBrowser } from '../helpers/use-browser.ts'

let server: TestServer
const { visit } = useBrowser()
afterEach(() => server.stop())

function section(page: Page): Locator {
  return page.locator('section').filter({ has: page.getByRole('heading', { name: 'Canary' }) })
}

it('the canary is run from the Health screen, shows its progress, and passes', async () => {
  server = await startTestServer({ env: { SLIPWAY_WORKERS: '1' } })
  const { job_id } = await server.client.createJob({ vision: 'a list [[demo:hang]]', mode: 'solo' })
  await visit(server, { path: '/health' }, async ({ page }) => {
    await page.getByText('It has not run yet.').waitFor()
    // A canary that never ran is not shown as passed.
    await page.getByRole('listitem').filter({ hasText: 'database' }).waitFor()
    expect(await page.getByRole('listitem').filter({ hasText: 'canary' }).count()).toBe(0)
    await page.getByRole('button', { name: 'Run the canary' }).click()
    // The only slot is taken, so that there is something to wait for.
    await page.getByText(/^Running for /).waitFor()
    await server.client.cancel(job_id)
    const canary = section(page)
    await canary.getByText('Passed').waitFor({ timeout: 60_000 })
    await page.getByRole('button', { name: 'Run the canary' }).waitFor()
    await page.goto('/jobs')
    await page.getByRole('heading', { name: 'Jobs', level: 1 }).waitFor()
    expect(await page.getByRole('link', { name: /counter/ }).count()).toBe(0)
  })
})

it('without a worker loop it fails on screen with its reason', async () => {
  server = await startTestServer({ env: { SLIPWAY_WORKERS: '0' } })
  // The health check answers 503, and the browser writes that down.
  await visit(server, { path: '/health', expected: [/503/] }, async ({ page }) => {
    await page.getByRole('button', { name: 'Run the canary' }).click()
    const canary = section(page)
    await canary.getByText('The worker loop is switched off').waitFor()
    await canary.getByText('Failed').waitFor()
    await page.getByText(/^Not ready: worker, canary/).waitFor()
  })
})
