import { afterAll, beforeAll, it } from 'vitest'
import { startTestServer, type TestServer } from '../helpers/server.ts'
import { useBrowser } from '../helpers/use-browser.ts'

let server: TestServer
const { visit } = useBrowser()

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

it('a backend is tested case by case on the Backends screen, and the picker shows the result', async () => {
  await visit(server, { path: '/backends' }, async ({ page }) => {
    await page.getByRole('button', { name: 'More about Offline demo' }).click()
    await page.getByRole('menuitem', { name: 'Test it case by case' }).click()
    await page.getByRole('button', { name: 'Run them', exact: true }).click()
    await page.getByText(/^Running a dozen short sessions/).waitFor()
    const results = page.getByRole('region', { name: 'Results' })
    await results.getByText(/^11 cases passed/).waitFor({ timeout: 60_000 })
    await results.getByText('It asked, was refused, and left it.').waitFor()
    await page.getByRole('button', { name: 'Run them again' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByText(/comes with Slipway, 11 cases passed/).waitFor()
    await page.goto('/')
    await page.getByRole('button', { name: /^Backend: / }).click()
    await page.getByRole('menuitemcheckbox', { name: /Offline demo.*11 cases passed/ }).waitFor()
  })
})
