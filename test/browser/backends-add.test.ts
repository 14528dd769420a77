import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeDataDir, startTestServer, type TestServer } from '../helpers/server.ts'
import { useBrowser } from '../helpers/use-browser.ts'

let server: TestServer
const dataDir = makeDataDir()
const file = path.join(dataDir, 'slipway.yaml')
const { visit } = useBrowser()

beforeAll(async () => {
  fs.writeFileSync(file, 'backends:\n  - { name: of-the-file, command: [cat] }\n')
  server = await startTestServer({ dataDir })
})
afterAll(() => server.stop())

it('a plain command and an agent of the ACP registry are added on the Backends screen', async () => {
  const entry = {
    id: 'pasted-agent',
    name: 'Pasted Agent',
    version: '1.2.3',
    distribution: { npx: { package: 'pasted-agent@1.2.3', args: ['--acp'] } },
  }
  await visit(server, { path: '/backends' }, async ({ page }) => {
    await page.getByRole('button', { name: 'Add your own' }).click()
    await page.getByLabel('Name').fill('my-tool')
    await page.getByText('Any command', { exact: true }).click()
    await page.getByText('As a file', { exact: true }).click()
    await page.getByLabel('Command', { exact: true }).fill('cat\n--')
    await page.getByRole('button', { name: 'Add it' }).click()
    await page.getByText('my-tool was added.').waitFor()

    await page.getByRole('button', { name: 'Add your own' }).click()
    await page.getByText('ACP registry', { exact: true }).click()
    await page.getByLabel('Entry').fill('{ "id": ')
    await page.getByText('This is not JSON yet.').waitFor()
    await page.getByLabel('Entry').fill(JSON.stringify(entry))
    await page.getByRole('button', { name: 'Add it' }).click()
    await page.getByText('Pasted Agent was added.').waitFor()
    await page.getByRole('button', { name: 'Install Pasted Agent' }).waitFor()
  })
  const { backends } = await server.client.settings()
  expect(backends).toMatchObject([
    { name: 'of-the-file' },
    { name: 'my-tool', kind: 'command', prompt: 'file', command: ['cat', '--'] },
    { name: 'pasted-agent', package: 'pasted-agent@1.2.3', command: ['pasted-agent', '--acp'] },
  ])
})

it('a backend of the settings file names its file, and cannot be removed', async () => {
  await visit(server, { path: '/backends' }, async ({ page }) => {
    await page.getByText(`set in ${file}`).waitFor()
    await page.getByRole('button', { name: 'More about of-the-file' }).click()
    await page.getByRole('menuitem', { name: 'Make it the default' }).waitFor()
    expect(await page.getByRole('menuitem', { name: 'Remove it' }).count()).toBe(0)
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'More about my-tool' }).click()
    await page.getByRole('menuitem', { name: 'Remove it' }).waitFor()
  })
})
