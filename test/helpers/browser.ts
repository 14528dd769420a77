import fs from 'node:fs'
import path from 'node:path'
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'
import type { TestServer } from './server.ts'

/** How a page is opened. */
export interface Visit {
  /** The address on the server; defaults to `/`. */
  readonly path?: string
  /** Logs in with a link first; defaults to true. */
  readonly loggedIn?: boolean
  readonly size?: { readonly width: number; readonly height: number }
  readonly colours?: 'light' | 'dark'
  /** Whether animations are shown; defaults to false. */
  readonly motion?: 'reduce' | 'no-preference'
  /** Faults that the test brings about itself, for example a refused log-in. */
  readonly expected?: readonly RegExp[]
}

export interface Visited {
  readonly page: Page
  readonly context: BrowserContext
  /** What went wrong so far: errors of the page, requests that failed or went to another server. */
  readonly faults: readonly string[]
}

const programs = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const appOfMacos = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'
/** How long a page may take for one step. The machine may be busy with others. */
const STEP_MS = 20_000

/** A headless Chromium with its own profile, which is removed with it. The caller closes it. */
export async function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: findBrowser(),
    // The browser refuses to build its walls as root.
    chromiumSandbox: process.getuid?.() !== 0,
    args: ['--disable-gpu', '--disable-dev-shm-usage'],
  })
}

function findBrowser(): string {
  const places = (process.env['PATH'] ?? '')
    .split(':')
    .flatMap((dir) => programs.map((name) => path.join(dir, name)))
  const found = [...places, appOfMacos].find((place) => fs.existsSync(place))
  if (found === undefined) throw new Error('There is no Chromium here: sh scripts/test-deps.sh installs it.')
  return found
}

/** Opens one page in a context of its own: no cookie and no storage is shared with any other. */
export async function openPage(browser: Browser, server: TestServer, visit: Visit): Promise<Visited> {
  const context = await browser.newContext({
    baseURL: server.url,
    viewport: visit.size ?? { width: 1280, height: 800 },
    colorScheme: visit.colours ?? 'light',
    reducedMotion: visit.motion ?? 'reduce',
  })
  context.setDefaultTimeout(STEP_MS)
  const page = await context.newPage()
  const faults = watch(page, server.url, visit.expected ?? [])
  const address = visit.path ?? '/'
  await page.goto(visit.loggedIn === false ? address : await logInLink(server, address))
  return { page, context, faults }
}

/** An address of the server's that logs a browser in on its way. */
async function logInLink(server: TestServer, address: string): Promise<string> {
  const { code } = await server.client.newLogInCode()
  return `${address}${address.includes('?') ? '&' : '?'}code=${code}`
}

/**
 * The answer of a server that is not ready, as the page's console and the response have it. A busy machine may be too slow for
 * readiness: test/journeys/health.test.ts and test/chaos/outages.test.ts look at that, pages only show it.
 */
const unready = /^answered 503: GET [^ ]+\/health$|^console error: [^\n]* status of 503 [^\n]*\/health\)$/

/** Collects what no page of ours may do. */
function watch(page: Page, url: string, expected: readonly RegExp[]): string[] {
  const faults: string[] = []
  const note = (fault: string): void => {
    if (![unready, ...expected].some((pattern) => pattern.test(fault))) faults.push(fault)
  }
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning')
      note(`console ${message.type()}: ${message.text()} (${message.location().url})`)
  })
  page.on('pageerror', (error) => note(`error of the page: ${error.stack ?? error.message}`))
  page.on('request', (request) => {
    if (/^https?:|^wss?:/.test(request.url()) && new URL(request.url()).origin !== url)
      note(`asked another server: ${request.url()}`)
  })
  page.on('requestfailed', (request) => {
    // What the page gives up itself, such as a stream when it is left, is no failure.
    const reason = request.failure()?.errorText ?? 'unknown'
    if (reason !== 'net::ERR_ABORTED') note(`request failed: ${request.method()} ${request.url()} ${reason}`)
  })
  page.on('response', (response) => {
    if (response.status() >= 400)
      note(`answered ${response.status()}: ${response.request().method()} ${response.url()}`)
  })
  return faults
}
