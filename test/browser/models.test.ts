import { afterAll, beforeAll, expect, it } from 'vitest'
import { waitForStatus } from '../helpers/browser-job.ts'
import { modelBackend } from '../helpers/model-backend.ts'
import { startScriptedModel, type ScriptedModel } from '../helpers/scripted-model.ts'
import { scriptText } from '../helpers/scripted-model/script.ts'
import { startTestServer, type TestServer } from '../helpers/server.ts'
import { useBrowser } from '../helpers/use-browser.ts'

let model: ScriptedModel
let server: TestServer
const { visit } = useBrowser()

beforeAll(async () => {
  model = await startScriptedModel()
  server = await startTestServer()
  await server.client.addBackend(modelBackend('agent', 'chat'))
})
afterAll(async () => {
  await server.stop()
  await model.close()
})

it('a provider is connected with its key, and the budget of a waiting job is raised on its page', async () => {
  await visit(server, { path: '/settings' }, async ({ page }) => {
    await page.getByRole('button', { name: 'Connect a provider' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('combobox', { name: 'Provider' }).selectOption({ label: 'Another' })
    await dialog.getByLabel('Name').fill('mine')
    await dialog.getByLabel('Address').fill(`${model.url}/v1`)
    await dialog.getByLabel('Key').fill('sk-from-the-browser')
    await dialog.getByLabel('Model').fill('mock-model')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Connected', { exact: true }).waitFor()
    await page.getByText(/^mine answered: it is connected\. The default is /).waitFor()
    // The list may be new before the dialog, in which the key was typed, has gone.
    await dialog.waitFor({ state: 'hidden' })
    expect(await page.content()).not.toContain('sk-from-the-browser')
  })
  const usage = { input: 900, output: 100 }
  const steps = [{ write: ['a', 'a\n'] as [string, string] }, { text: 'done' }]
  const { job_id: id } = await server.client.createJob({
    vision: `a file\n${scriptText({ id: 'ui', usage, steps })}`,
    backend: 'agent',
    mode: 'solo',
    checks: ['test -f a'],
    budget: { tokens: 900 },
  })
  await visit(server, { path: `/jobs/${id}` }, async ({ page }) => {
    await waitForStatus(page, 'Needs you')
    await page.locator('header').getByText('1,000 of 900 tokens are used').waitFor()
    await page.getByLabel('Tokens').fill('50000')
    await page.getByRole('button', { name: 'Raise the budget' }).click()
    await waitForStatus(page, 'Completed')
  })
  expect(model.served[0]?.key).toBe('sk-from-the-browser')
})
