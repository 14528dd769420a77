import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestServer, type TestServer } from '../helpers/server.ts'
import { useBrowser } from '../helpers/use-browser.ts'

/** The priority is chosen with a new job, and changed while it waits. */
let server: TestServer
const { visit } = useBrowser()

beforeAll(async () => {
  server = await startTestServer({ env: { SLIPWAY_WORKERS: '0' } })
})
afterAll(() => server.stop())

it('a job gets a priority with its vision, and another one while it waits', async () => {
  // The health check answers 503, and the browser writes that down.
  await visit(server, { expected: [/503/] }, async ({ page }) => {
    await page.getByRole('textbox', { name: 'Vision' }).fill('a counter')
    await page.getByRole('button', { name: 'Options' }).click()
    await page.getByRole('group', { name: 'Priority' }).getByText('High').click()
    await page.getByText('It comes before all others when slots are few.').waitFor()
    await page.getByRole('button', { name: 'Start' }).click()
    await page.waitForURL(/\/jobs\/[0-9a-f-]{36}/)
    await page.getByText('High priority', { exact: true }).waitFor()

    const choose = async (item: string): Promise<void> => {
      await page.getByRole('button', { name: 'More about this job' }).click()
      await page.getByRole('menuitem', { name: item }).click()
    }
    await choose('Low priority')
    await page.getByText('Low priority', { exact: true }).waitFor()
    await choose('Normal priority')
    await page.getByText('Low priority', { exact: true }).waitFor({ state: 'detached' })
    const [job] = (await server.client.listJobs()).jobs
    expect((await server.client.getJob(job?.id ?? '')).options.priority).toBe('normal')
    await page.goto('/health')
    // Without a worker the job stays due, and the statistics show it.
    await page.getByRole('term').filter({ hasText: 'Due in the queue' }).waitFor()
    expect(await page.getByRole('definition').filter({ hasText: /^1$/ }).count()).toBeGreaterThan(0)
  })
})
