import fs from 'node:fs'
import path from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { launchBrowser, openPage, type Visit } from '../helpers/browser.ts'
import { setup as buildWeb } from '../helpers/built-web.ts'
import { fixtureBackend } from '../helpers/fixture-backend.ts'
import { makeDataDir, startTestServer, type TestServer } from '../helpers/server.ts'
import { until } from '../helpers/until.ts'

/**
 * Saves a picture every 300 ms of a team at work, a cancel, an approval, a question and an outage in .cache/film/<name>.
 * Run by `make film`; names as arguments select some. For visual inspection: no picture should show contradictory states.
 */
const target = path.join(import.meta.dirname, '..', '..', '.cache', 'film')
const EVERY_MS = 300
const JOB_MS = 180_000

interface Scene {
  readonly name: string
  readonly size?: Visit['size']
  readonly colours?: Visit['colours']
  play(stage: Stage): Promise<void>
}

interface Stage {
  readonly page: Page
  server: TestServer
  /** Stops the server, and starts it again at the same address when the function returned is called. */
  outage(): Promise<() => Promise<void>>
}

const ended = (page: Page, status: string): Promise<void> =>
  page.locator(`header [data-status="${status}"]`).first().waitFor({ timeout: JOB_MS })

/** Starts a job on the first screen as a person does; resolves with its id when its page is there. */
async function begin(page: Page, vision: string): Promise<string> {
  await page.getByRole('textbox', { name: 'Vision' }).fill(vision)
  await page.getByRole('button', { name: 'Start' }).click()
  await page.waitForURL(/\/jobs\/[0-9a-f-]{36}$/)
  return new URL(page.url()).pathname.split('/').at(-1) ?? ''
}

const scenes: readonly Scene[] = [
  {
    name: 'team',
    async play({ page }) {
      await begin(page, 'a todo list with a CLI [[demo:slow=400]]')
      await ended(page, 'completed')
    },
  },
  {
    name: 'team-narrow-dark',
    size: { width: 390, height: 844 },
    colours: 'dark',
    async play({ page }) {
      await begin(page, 'a calculator for the command line [[demo:slow=200]]')
      await ended(page, 'completed')
    },
  },
  {
    name: 'cancel',
    async play({ page }) {
      await begin(page, 'a Markdown to HTML converter [[demo:slow=400]]')
      await page.locator('[data-column=done] [data-task]').nth(1).waitFor({ timeout: JOB_MS })
      await page.getByRole('button', { name: 'Cancel', exact: true }).click()
      await page.getByRole('button', { name: 'Cancel the job' }).click()
      await ended(page, 'cancelled')
      await page.waitForTimeout(1500)
    },
  },
  {
    name: 'approval',
    async play({ page, server }) {
      const job = { vision: 'a stopwatch [[demo:slow=200]]', approve_plan: true } as const
      const { job_id: id } = await server.client.createJob(job)
      await page.goto(`/jobs/${id}`)
      await ended(page, 'needs_you')
      await page.waitForTimeout(1500)
      await page.goto('/jobs')
      await page.waitForTimeout(1000)
      await page.goto(`/jobs/${id}/plan`)
      await page.getByRole('button', { name: 'Approve the plan' }).click()
      await page.getByRole('link', { name: 'Board' }).click()
      await ended(page, 'completed')
    },
  },
  {
    name: 'question',
    async play({ page, server }) {
      const ask = {
        name: 'ask_person',
        arguments: { question: 'Which currency?', choices: ['Euro', 'Dollar'] },
      }
      const offer = { agentCapabilities: { mcpCapabilities: { http: true } } }
      const turn = [{ once: [{ mcp: ['tools/call', ask] }] }, { write: ['a.txt', 'a'] }]
      await server.client.addBackend(fixtureBackend('asker', { offer, turn }))
      const job = { vision: 'a shop', backend: 'asker', mode: 'solo', permissions: 'ask' } as const
      const { job_id: id } = await server.client.createJob(job)
      await page.goto(`/jobs/${id}`)
      await page.getByRole('region', { name: 'Questions' }).waitFor({ timeout: JOB_MS })
      await page.waitForTimeout(1500)
      await page.goto('/jobs')
      await page.waitForTimeout(1000)
      await page.goBack()
      await page.getByRole('button', { name: 'Euro' }).click()
      await ended(page, 'completed')
    },
  },
  {
    name: 'outage',
    async play(stage) {
      const { page } = stage
      await begin(page, 'a URL shortener [[demo:slow=800]]')
      await page.locator('[data-column=done] [data-task]').first().waitFor({ timeout: JOB_MS })
      const end = await stage.outage()
      await page.getByText(/^Connection lost at /).waitFor()
      await page.getByRole('link', { name: 'Proof' }).click()
      await page.waitForTimeout(1500)
      await page.getByRole('link', { name: 'Board' }).click()
      await page.waitForTimeout(1500)
      await end()
      await page.getByText('Connected again.').waitFor({ timeout: 60_000 })
      await ended(page, 'completed')
    },
  },
]

/** Takes pictures until it is stopped; skips a picture that cannot be taken at that moment. */
function camera(page: Page, dir: string): () => Promise<number> {
  const off = new AbortController()
  let count = 0
  const roll = async (): Promise<void> => {
    const begun = Date.now()
    while (!off.signal.aborted) {
      const at = String(Date.now() - begun).padStart(6, '0')
      const taken = await page.screenshot({ path: path.join(dir, `${at}.png`) }).catch(() => null)
      if (taken !== null) count += 1
      await page.waitForTimeout(EVERY_MS).catch(() => undefined)
    }
  }
  const rolling = roll()
  return async () => {
    off.abort()
    await rolling
    return count
  }
}

async function film(browser: Browser, scene: Scene): Promise<void> {
  const dir = path.join(target, scene.name)
  fs.rmSync(dir, { recursive: true, force: true })
  fs.mkdirSync(dir, { recursive: true })
  const dataDir = makeDataDir()
  const server = await startTestServer({ dataDir })
  const look = { size: scene.size ?? { width: 1440, height: 900 }, colours: scene.colours ?? 'light' }
  const { page, context } = await openPage(browser, server, { ...look, motion: 'no-preference' })
  const stage: Stage = {
    page,
    server,
    async outage() {
      await stage.server.crash()
      return async () => {
        stage.server = await startTestServer({ dataDir, args: ['--port', new URL(server.url).port] })
      }
    },
  }
  await until('the first screen', JOB_MS, async () => ((await page.locator('h1').count()) > 0 ? true : null))
  const cut = camera(page, dir)
  try {
    await scene.play(stage)
  } finally {
    process.stdout.write(`${scene.name}: ${await cut()} pictures\n`)
    await context.close()
    await stage.server.stop()
  }
}

const wanted = process.argv.slice(2)
buildWeb()
const browser = await launchBrowser()
try {
  for (const scene of scenes)
    if (wanted.length === 0 || wanted.includes(scene.name)) await film(browser, scene)
} finally {
  await browser.close()
}
process.stdout.write(`The pictures are in ${target}\n`)
