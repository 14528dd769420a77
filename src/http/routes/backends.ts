import { z, type OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import {
  AddedBackend,
  BackendList,
  BackendTrial,
  BackendView,
  CustomBackend,
  InstallEvent,
} from '../../contract/backend.ts'
import { Conformance } from '../../contract/conformance.ts'
import { RegistryBackend } from '../../contract/registry.ts'
import { AppError } from '../../lib/app-error.ts'
import type { HttpDeps } from '../deps.ts'
import { errors, ok } from '../describe.ts'
import { invalid } from '../errors.ts'
import { readJson } from '../read-body.ts'
import { eventStream } from '../sse.ts'

const nameParams = z.object({ name: z.string() })

/** Routes of the backends and their installation. */
export function backendRoutes(app: OpenAPIHono, deps: HttpDeps): void {
  app.openAPIRegistry.registerPath({
    method: 'get',
    path: '/api/backends',
    summary: 'The backends and whether they can be used',
    responses: { 200: ok(BackendList, 'The backends.'), ...errors },
  })
  app.get('/api/backends', async (c) => c.json({ backends: await deps.backends.list() }))

  app.openAPIRegistry.registerPath({
    method: 'post',
    path: '/api/backends/{name}/install',
    summary: 'Install a backend at its pinned version',
    request: { params: nameParams },
    responses: {
      200: {
        description:
          'What the installation says, as server-sent events; the last one is `backend` or `error`.',
        content: { 'text/event-stream': { schema: InstallEvent } },
      },
      ...errors,
    },
  })
  app.post('/api/backends/:name/install', async (c) => {
    const begin = await deps.backends.install(nameOf(c))
    return eventStream(c, deps.limits.sseBufferBytes, async function* (signal) {
      for await (const event of begin(signal)) yield [{ data: event }]
    })
  })

  app.openAPIRegistry.registerPath({
    method: 'delete',
    path: '/api/backends/{name}/install',
    summary: 'Remove what was installed of a backend',
    request: { params: nameParams },
    responses: { 200: ok(BackendView, 'The backend as it is now.'), ...errors },
  })
  app.delete('/api/backends/:name/install', async (c) => c.json(await deps.backends.uninstall(nameOf(c))))
  customRoutes(app, deps)
}

function customRoutes(app: OpenAPIHono, deps: HttpDeps): void {
  app.openAPIRegistry.registerPath({
    method: 'post',
    path: '/api/backends',
    summary: 'Add a backend, by its command or by its entry in the ACP registry',
    request: {
      body: { content: { 'application/json': { schema: z.union([CustomBackend, RegistryBackend]) } } },
    },
    responses: {
      201: ok(AddedBackend, 'The backend and whether it can be used, and which is the default now.'),
      ...errors,
    },
  })
  app.post('/api/backends', async (c) => {
    const body = await readJson(c, deps.limits.bodyBytes)
    if (typeof body === 'object' && body !== null && 'registry' in body) {
      const entry = RegistryBackend.safeParse(body)
      if (!entry.success) throw invalid(entry.error, 'registry entry')
      return c.json(await deps.backends.addEntry(entry.data), 201)
    }
    const backend = CustomBackend.safeParse(body)
    if (!backend.success) throw invalid(backend.error, 'backend')
    return c.json(await deps.backends.add(backend.data), 201)
  })

  app.openAPIRegistry.registerPath({
    method: 'delete',
    path: '/api/backends/{name}',
    summary: 'Remove a backend that was added',
    request: { params: nameParams },
    responses: { 204: { description: 'It is gone.' }, ...errors },
  })
  app.delete('/api/backends/:name', async (c) => {
    await deps.backends.remove(nameOf(c))
    return c.body(null, 204)
  })

  testRoutes(app, deps)
}

function testRoutes(app: OpenAPIHono, deps: HttpDeps): void {
  app.openAPIRegistry.registerPath({
    method: 'post',
    path: '/api/backends/{name}/trial',
    summary: 'One real turn with a backend, in a workspace that is thrown away',
    request: { params: nameParams },
    responses: { 200: ok(BackendTrial, 'What came of it, good or bad.'), ...errors },
  })
  app.post('/api/backends/:name/trial', async (c) => c.json(await deps.backends.trial(nameOf(c))))

  app.openAPIRegistry.registerPath({
    method: 'post',
    path: '/api/backends/{name}/test',
    summary: 'Run the conformance kit with a backend: about a dozen short sessions, which may take minutes',
    request: { params: nameParams },
    responses: { 200: ok(Conformance, 'What was found; it is kept and shown with the backend.'), ...errors },
  })
  app.post('/api/backends/:name/test', async (c) => c.json(await deps.backends.test(nameOf(c))))
}

function nameOf(c: Context): string {
  const name = c.req.param('name') ?? ''
  if (/^[a-z0-9][a-z0-9_-]{0,63}$/.test(name)) return name
  throw new AppError('backend_not_found', `There is no backend ${JSON.stringify(name.slice(0, 60))}.`)
}
