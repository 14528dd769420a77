import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { useBrowser } from '../helpers/use-browser.ts'
import { startTestServer, type TestServer } from '../helpers/server.ts'

let server: TestServer
const { visit } = useBrowser()

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

/** The API refuses a browser that is not logged in; the browser logs that as an error. */
const refused = [/401/]

it('an unknown browser is asked for the token, and the right one opens the requested page', async () => {
  await visit(server, { path: '/settings', loggedIn: false, expected: refused }, async ({ page }) => {
    const token = page.getByLabel('Token')
    await token.waitFor()
    await token.fill('0'.repeat(64))
    await page.getByRole('button', { name: 'Log in' }).click()
    await page.getByText('not the token of this server').waitFor()
    await token.fill(server.token)
    await page.getByRole('button', { name: 'Log in' }).click()
    await page.waitForURL(`${server.url}/settings`)
    await page.getByRole('heading', { name: 'Settings', level: 1 }).waitFor()
  })
})

it('a link logs in; neither the address nor any script contains the token or the session', async () => {
  await visit(server, { path: '/jobs' }, async ({ page, context }) => {
    await page.getByRole('heading', { name: 'Jobs', level: 1 }).waitFor()
    expect(page.url()).toBe(`${server.url}/jobs`)
    expect(await page.evaluate(() => document.cookie)).toBe('')
    const cookies = await context.cookies()
    expect(cookies).toMatchObject([
      { name: 'slipway_session', httpOnly: true, sameSite: 'Strict', path: '/', domain: '127.0.0.1' },
    ])
    const stored = await page.evaluate(() => JSON.stringify([localStorage, sessionStorage]))
    expect(stored).not.toContain(server.token)
    expect(stored).not.toContain(cookies[0]?.value)
  })
})

it('after the log-out the page asks for the token again, and the back button shows nothing', async () => {
  await visit(server, { path: '/settings', expected: refused }, async ({ page, context }) => {
    await page.getByRole('button', { name: 'Log out' }).click()
    await page.getByLabel('Token').waitFor()
    expect(await context.cookies()).toEqual([])
    await page.goto('/jobs')
    await page.getByLabel('Token').waitFor()
  })
})

it('every page has a policy that forbids inline scripts, and contains none', async () => {
  // The browser reports violations of the policy, which are expected here.
  const stopped = [/violates the following Content Security Policy directive/]
  await visit(server, { path: '/jobs', expected: stopped }, async ({ page }) => {
    const response = await page.reload()
    expect(response?.headers()['content-security-policy']).toContain("script-src 'self';")
    expect(await page.locator('script:not([src])').count()).toBe(0)
    expect(await page.locator('[onclick], [onload], [onerror]').count()).toBe(0)
    // The policy works: an injected script does not run.
    const ran = await page.evaluate(() => {
      const script = document.createElement('script')
      script.textContent = 'document.title = "taken over"'
      document.head.append(script)
      return document.title === 'taken over'
    })
    expect(ran).toBe(false)
  })
})

it('a page of another program on this machine can neither read nor change anything', async () => {
  const other = http.createServer((_, response) => {
    response.setHeader('content-type', 'text/html')
    response.end('<!doctype html><link rel="icon" href="data:,"><title>other</title>')
  })
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const { port } = other.address() as AddressInfo
  const expected = [/asked another server/, /console error/, /request failed/, /answered 40[13]/]
  try {
    await visit(server, { expected }, async ({ page, context }) => {
      expect((await context.cookies()).length).toBe(1)
      await page.goto(`http://127.0.0.1:${port}/`)
      const outcome = await page.evaluate(async (url) => {
        const attempt = async (init: RequestInit): Promise<string> =>
          fetch(`${url}/api/jobs`, { credentials: 'include', ...init }).then(
            async (response) => `${response.type} ${await response.text()}`,
            () => 'refused',
          )
        const body = '{"vision":"a counter"}'
        return [
          await attempt({}),
          await attempt({ mode: 'no-cors' }),
          await attempt({ method: 'POST', headers: { 'content-type': 'application/json' }, body }),
          await attempt({ method: 'POST', mode: 'no-cors', body }),
        ]
      }, server.url)
      expect(outcome.filter((one) => one !== 'refused' && one !== 'opaque ')).toEqual([])
      // A form needs no permission to be sent, and takes the cookie along.
      await page.evaluate((url) => {
        const form = document.createElement('form')
        form.method = 'post'
        form.action = `${url}/api/session`
        document.body.append(form)
        form.submit()
      }, server.url)
      await page.getByText('cross_site').or(page.getByText('origin_not_allowed')).waitFor()
      expect((await server.client.listJobs()).total).toBe(0)
    })
  } finally {
    other.close()
    other.closeAllConnections()
  }
})
