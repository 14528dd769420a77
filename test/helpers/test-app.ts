import type { OpenAPIHono } from '@hono/zod-openapi'
import { limits } from '../../src/config.ts'
import { openCreateJob } from '../../src/engine/job/create-job.ts'
import { openStreams } from '../../src/engine/job/follow-events.ts'
import { openViewJob } from '../../src/engine/job/view-job.ts'
import { openRetentionLoop } from '../../src/engine/server/retention.ts'
import { openBackups } from '../../src/engine/server/backup.ts'
import { openBrowserSessions } from '../../src/engine/server/browser-sessions.ts'
import { openCanary } from '../../src/engine/server/canary.ts'
import { openReadiness } from '../../src/engine/server/health.ts'
import { startWorker, type Worker } from '../../src/engine/work/worker.ts'
import { createApp } from '../../src/http/app.ts'
import { openLogIn } from '../../src/http/access/log-in.ts'
import type { ServerParts } from '../../src/http/server-parts.ts'
import { openTestEngine } from './test-engine.ts'

/** The HTTP app of a server, all parts of it real, which is asked without a port. */
export interface TestApp {
  readonly app: OpenAPIHono
  readonly server: ServerParts
  /** Sends a request with the token; a body that is not text and not a form is sent as JSON. */
  ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>
  close(): Promise<void>
}

const HOST = 'slipway.test'
const VERSION = '1.0.0'
const HOUR_MS = 3_600_000

/** Opens an app, by default without a worker, so that no job moves. The caller closes it. */
export async function openTestApp({ slots }: { readonly slots?: number } = {}): Promise<TestApp> {
  const { engine, close } = await openTestEngine(slots === undefined ? {} : { limits: { slots } })
  const worker: Worker | null = slots === undefined ? null : await startWorker(engine)
  const [bornAt, token] = [Date.now(), 'the-token']
  const streams = await openStreams(engine.db)
  const createJob = openCreateJob(engine)
  const canary = openCanary({ engine, streams, createJob })
  const backups = openBackups(engine, VERSION)
  const retentionLoop = openRetentionLoop(engine, backups, HOUR_MS)
  const server: ServerParts = {
    engine,
    createJob,
    viewJob: openViewJob(engine),
    streams,
    canary,
    backups,
    retentionLoop,
    sessions: openBrowserSessions(engine.db, token, limits),
    logIn: openLogIn(token, limits),
    ready:
      worker === null
        ? () => Promise.reject(new Error('this app was opened without a worker'))
        : openReadiness({ engine, worker, canary, version: VERSION, bornAt }),
    version: VERSION,
    bornAt,
    token,
    hosts: [HOST],
    uiDir: '/nonexistent',
    limits,
  }
  const app = createApp(server)
  return {
    app,
    server,
    async ask(method, path, body, headers = {}) {
      const authorized = { host: HOST, authorization: `Bearer ${token}`, ...headers }
      if (body === undefined) return app.request(path, { method, headers: authorized })
      if (typeof body === 'string' || body instanceof FormData)
        return app.request(path, { method, headers: authorized, body })
      const json = { 'content-type': 'application/json', ...authorized }
      return app.request(path, { method, headers: json, body: JSON.stringify(body) })
    },
    async close() {
      await worker?.stop()
      for (const part of [retentionLoop, backups, canary, streams]) await part.close()
      await close()
    },
  }
}
