import fs from 'node:fs'
import path from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect } from 'vitest'
import { launchBrowser, openPage, type Visit, type Visited } from './browser.ts'
import type { TestServer } from './server.ts'

const failures = path.join(import.meta.dirname, '..', '..', '.cache', 'browser-failures')

/**
 * A browser for all tests of a file. `visit` opens a page, hands it over, closes it, and fails when anything went wrong
 * that the test did not expect. A page that failed is left as a picture in .cache/browser-failures.
 */
export function useBrowser(): {
  visit(server: TestServer, visit: Visit, use: (visited: Visited) => Promise<void>): Promise<void>
} {
  let browser: Browser | undefined
  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(() => browser?.close())
  return {
    async visit(server, visit, use) {
      if (browser === undefined) throw new Error('the browser has not been started')
      const visited = await openPage(browser, server, visit)
      try {
        await use(visited)
        expect(visited.faults).toEqual([])
      } catch (error) {
        await photograph(visited.page)
        throw error
      } finally {
        await visited.context.close()
      }
    },
  }
}

async function photograph(page: Page): Promise<void> {
  fs.mkdirSync(failures, { recursive: true })
  const name = (expect.getState().currentTestName ?? 'page').replaceAll(/[^\w]+/g, '-').slice(-100)
  await page.screenshot({ path: path.join(failures, `${name}.png`), fullPage: true })
}
