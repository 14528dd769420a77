import path from 'node:path'
import type { CDPSession, Page } from 'playwright-core'
import type { TestServer } from './server.ts'
import { until } from './until.ts'

const program = path.join(import.meta.dirname, '..', 'fixtures', 'crowd-agent.mjs')

/** How much there is to show. */
export interface Crowd {
  readonly tasks: number
  /** What each of the agents at work sends before it falls silent. */
  readonly updates: number
  readonly updatesPerSecond: number
}

/** Starts a job whose plan has `tasks` tasks, of which two are worked on for ever; returns its id when those have begun. */
export async function startCrowd(server: TestServer, crowd: Crowd): Promise<string> {
  const { tasks, updates, updatesPerSecond } = crowd
  const name = `crowd-${tasks}-${updates}`
  const settings = await server.client.settings()
  const command = [process.execPath, program, String(tasks), String(updates), String(updatesPerSecond)]
  await server.client.putSettings({
    ...settings,
    backends: [...settings.backends, { name, command, env: {} }],
  })
  const { job_id } = await server.client.createJob({ vision: 'a crowd', mode: 'team', backend: name })
  await until(`work on a plan of ${tasks} tasks`, 60_000, async () => {
    const shown = await server.client.tasks(job_id)
    const building = shown.filter((task) => task.role === 'developer')
    return building.length === tasks && building.filter((task) => task.status === 'running').length === 2
      ? shown
      : null
  })
  return job_id
}

/** The size of the page's heap after a garbage collection, in bytes. */
export async function heapOf(page: Page): Promise<number> {
  const session: CDPSession = await page.context().newCDPSession(page)
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  await session.detach()
  return usedSize
}

/** How many elements the page consists of. */
export function elementsOf(page: Page): Promise<number> {
  return page.locator('*').count()
}
