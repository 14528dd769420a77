import { Settings } from '../../contract/backend.ts'
import { CanaryView, Health, Stats, WorkerList } from '../../contract/server.ts'
import { putSettings, shownSettings } from '../../engine/server/settings.ts'
import { readStats } from '../../engine/server/stats.ts'
import { viewWorkers } from '../../store/server/workers.ts'
import { ok } from '../answers.ts'
import { endpoint, reply, type Endpoint } from '../endpoint.ts'
import type { ServerParts } from '../server-parts.ts'

/** Endpoints of the server itself: health, settings, statistics. */
export function serverEndpoints(server: ServerParts): Endpoint[] {
  return [...health(server), ...canary(server), ...figures(server), ...settings(server)]
}

function health({ ready, version }: ServerParts): Endpoint[] {
  const answers = (summary: string) => ({
    200: ok(Health, summary),
    503: ok(Health, 'Not ready; the failing check gives the reason.'),
  })
  const readiness = (path: string, summary: string): Endpoint =>
    endpoint({
      method: 'get',
      path,
      summary,
      answers: answers(summary),
      errors: {},
      async handle() {
        const found = await ready()
        return reply(found.status === 'ok' ? 200 : 503, found)
      },
    })
  const alive: Health = { status: 'ok', version, checks: {} }
  const live = 'Whether the process answers'
  return [
    readiness('/health', 'Readiness'),
    endpoint({
      method: 'get',
      path: '/health/live',
      summary: live,
      answers: answers(live),
      errors: {},
      handle: () => reply(200, alive),
    }),
    readiness('/health/ready', 'Whether work that is accepted runs'),
  ]
}

function canary({ canary: { view, run } }: ServerParts): Endpoint[] {
  const last = 'The last canary: a small job with which the server proves itself'
  return [
    endpoint({
      method: 'get',
      path: '/api/health/canary',
      summary: last,
      answers: { 200: ok(CanaryView, last) },
      handle: () => view(),
    }),
    endpoint({
      method: 'post',
      path: '/api/health/canary',
      summary: 'Carry a small job through the real path, and answer with how it ended',
      answers: { 200: ok(CanaryView, 'How it ended, good or bad.') },
      handle: () => run(),
    }),
  ]
}

function figures({ engine, bornAt }: ServerParts): Endpoint[] {
  const workers = 'The processes that do the work, and what each of them holds'
  const stats = 'Figures of this server'
  return [
    endpoint({
      method: 'get',
      path: '/api/workers',
      summary: workers,
      answers: { 200: ok(WorkerList, workers) },
      handle: async () => ({ workers: await engine.db.read(viewWorkers) }),
    }),
    endpoint({
      method: 'get',
      path: '/api/stats',
      summary: stats,
      answers: { 200: ok(Stats, stats) },
      handle: () => readStats(engine, bornAt),
    }),
  ]
}

function settings({ engine }: ServerParts): Endpoint[] {
  const path = '/api/settings'
  return [
    endpoint({
      method: 'get',
      path,
      summary: 'The settings',
      answers: { 200: ok(Settings, 'The settings') },
      handle: () => shownSettings(engine),
    }),
    endpoint({
      method: 'put',
      path,
      summary: 'Change the settings',
      body: Settings,
      answers: { 200: ok(Settings, 'The settings now.') },
      handle: ({ body }) => putSettings(engine, body),
    }),
  ]
}
