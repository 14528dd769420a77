import fs from 'node:fs'
import path from 'node:path'
import type { Browser } from 'playwright-core'
import { launchBrowser, openPage, type Visit } from '../helpers/browser.ts'
import { setup as buildWeb } from '../helpers/built-web.ts'
import { endOf } from '../helpers/follow-job.ts'
import { startTestServer, type TestServer } from '../helpers/server.ts'
import { until } from '../helpers/until.ts'
import { makeRoomScarce, slowRetention } from './scarce-room.ts'
import { screens, type Screen, type ShownJobs } from './screens.ts'

/**
 * Takes a picture of every screen, with real jobs of the offline demo, on a wide and a narrow window, light and dark, into
 * .cache/screenshots. `make screenshots`; with names of screens as arguments, only those.
 */
const target = path.join(import.meta.dirname, '..', '..', '.cache', 'screenshots')
const sizes = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
]
const colours = ['light', 'dark'] as const
const JOB_MS = 180_000

async function makeJobs(server: TestServer): Promise<ShownJobs> {
  const make = async (vision: string, mode: 'team' | 'solo'): Promise<string> =>
    (await server.client.createJob({ vision, mode })).job_id
  const done = await make('a todo list with a CLI', 'team')
  const failed = await make('a calculator for the command line [[demo:unfixable]]', 'solo')
  await Promise.all([endOf(server, done, JOB_MS), endOf(server, failed, JOB_MS)])
  const archived = await make('a web page about tides', 'solo')
  await endOf(server, archived, JOB_MS)
  const running = await make('a URL shortener [[demo:slow=600000]]', 'team')
  await until('work on the plan', JOB_MS, async () => {
    const tasks = await server.client.tasks(running)
    return tasks.filter((task) => task.status === 'running').length > 0 && tasks.length > 2 ? true : null
  })
  const { job_id: waiting } = await server.client.createJob({
    vision: 'a Markdown to HTML converter',
    mode: 'team',
    approve_plan: true,
  })
  await until('the plan', JOB_MS, async () =>
    (await server.client.getJob(waiting)).wait?.for === 'approval' ? true : null,
  )
  await makeRoomScarce(server, { done, archived })
  return { done, failed, running, waiting, archived }
}

/** Takes one picture, even after problems, which it reports. */
async function take(
  browser: Browser,
  server: TestServer,
  jobs: ShownJobs,
  screen: Screen,
  look: Pick<Visit, 'size' | 'colours'>,
): Promise<void> {
  const name = `${screen.name}-${look.size?.width ?? 0}-${look.colours ?? 'light'}`
  const visited = await openPage(browser, server, {
    ...look,
    path: screen.path(jobs),
    loggedIn: screen.loggedOut !== true,
    expected: screen.expected === undefined ? [] : [screen.expected],
  })
  const { page, context, faults } = visited
  try {
    await page.waitForFunction(
      () =>
        document.fonts.status === 'loaded' &&
        document.querySelector('h1') !== null &&
        document.querySelector(
          '[aria-busy="true"], main .animate-breathe, [role="status"] .animate-breathe',
        ) === null,
    )
    await screen.prepare?.(page)
    await screen.shows?.(page).waitFor()
    await page.screenshot({ path: path.join(target, `${name}.png`) })
  } finally {
    await context.close()
  }
  for (const fault of faults) process.stderr.write(`${name}: ${fault}\n`)
}

const wanted = process.argv.slice(2)
const shown = screens.filter((screen) => wanted.length === 0 || wanted.includes(screen.name))
buildWeb()
fs.mkdirSync(target, { recursive: true })
const server = await startTestServer({ env: slowRetention })
const browser = await launchBrowser()
try {
  const jobs = await makeJobs(server)
  const looks = sizes.flatMap((size) => colours.map((colour) => ({ size, colours: colour })))
  for (const look of looks) for (const screen of shown) await take(browser, server, jobs, screen, look)
  process.stdout.write(`${shown.length * sizes.length * colours.length} pictures are in ${target}\n`)
} finally {
  await browser.close()
  await server.stop()
}
