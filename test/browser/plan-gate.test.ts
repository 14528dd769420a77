import { afterAll, beforeAll, expect, it } from 'vitest'
import { column, waitForStatus } from '../helpers/browser-job.ts'
import { makeDataDir, startTestServer, type TestServer } from '../helpers/server.ts'
import { useBrowser } from '../helpers/use-browser.ts'

const dataDir = makeDataDir()
let server: TestServer
const { visit } = useBrowser()

beforeAll(async () => {
  server = await startTestServer({ dataDir })
})
afterAll(() => server.stop())

it('a plan is edited, rejected, edited again and approved, and the approved plan is built', async () => {
  let address = ''
  await visit(server, {}, async ({ page }) => {
    await page.getByRole('textbox', { name: 'Vision' }).fill('a calculator for the command line')
    await page.getByRole('button', { name: 'Options' }).click()
    await page.getByLabel('Approve the plan first').click()
    await page.getByRole('button', { name: 'Start' }).click()
    await page.waitForURL(/\/jobs\/[0-9a-f-]{36}$/)
    await waitForStatus(page, 'Needs you')
    await page.getByRole('link', { name: /^Plan/ }).click()
    await page.getByText(/What you approve is what is built\./).waitFor()

    await page.getByRole('button', { name: 'Edit it' }).click()
    await page.getByLabel('Title of task 1').fill('Evaluate sums')
    await page.getByRole('button', { name: 'Save the plan' }).click()
    await page.getByRole('heading', { name: 'Evaluate sums' }).waitFor()

    await page.getByRole('button', { name: 'Send it back' }).click()
    await page.getByLabel('What should be different?').fill('Think about it once more.')
    await page.getByRole('button', { name: 'Send it back' }).click()
    await page.getByText('Think about it once more.').waitFor({ timeout: 60_000 })
    await page.getByRole('button', { name: 'Approve the plan' }).waitFor({ timeout: 60_000 })
    address = new URL(page.url()).pathname
  })

  // A restart while it waits changes nothing.
  const before = await server.client.getJob(address.split('/')[2] ?? '')
  await server.crash()
  server = await startTestServer({ dataDir })
  const after = await server.client.getJob(before.id)
  expect(after.wait).toEqual(before.wait)

  await visit(server, { path: address }, async ({ page }) => {
    await page.getByRole('button', { name: 'Edit it' }).click()
    await page.getByRole('button', { name: 'Add a task' }).click()
    await page.getByRole('button', { name: 'Save the plan' }).click()
    await page.getByText('Give the task a title.').waitFor()
    await page.getByLabel('Title of task 5').fill('Say thank you')
    await page.getByLabel('What is to be done').nth(4).fill('A file that thanks the reader.')
    await page.getByRole('button', { name: 'Save the plan' }).click()
    await page.getByRole('heading', { name: 'Say thank you' }).waitFor()
    await page.getByRole('button', { name: 'Approve the plan' }).click()
    await page.getByRole('link', { name: 'Board' }).click()
    await column(page, 'Done').getByRole('link', { name: 'Say thank you' }).waitFor({ timeout: 110_000 })
    await waitForStatus(page, 'Completed')
  })
  const view = await server.client.plan(before.id)
  const tasks = await server.client.tasks(before.id)
  expect(view.state).toBe('adopted')
  expect(tasks.filter((task) => task.phase !== 'planning').map((task) => task.title)).toEqual(
    view.plan?.tasks.map((task) => task.title),
  )
})
