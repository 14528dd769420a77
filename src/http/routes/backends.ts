import { z } from '@hono/zod-openapi'
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
import { runKit } from '../../engine/backends/conformance/run-kit.ts'
import { addBackend, addRegistryBackend, removeBackend } from '../../engine/backends/custom-backends.ts'
import { uninstallBackend } from '../../engine/backends/install-backend.ts'
import { streamInstall } from '../../engine/backends/stream-install.ts'
import { tryBackend } from '../../engine/backends/try-backend.ts'
import { shownSettings } from '../../engine/server/settings.ts'
import { gone, ok, raw } from '../answers.ts'
import type { BodyReader } from '../bodies.ts'
import { endpoint, type Endpoint } from '../endpoint.ts'
import { fit } from '../errors.ts'
import { BackendName } from '../params.ts'
import { readJson } from '../read-body.ts'
import type { ServerParts } from '../server-parts.ts'
import { eventStream } from '../sse.ts'

const params = { name: BackendName }

/** Endpoints of the backends. */
export function backendEndpoints(server: ServerParts): Endpoint[] {
  return [list(server), ...installation(server), ...additions(server), ...tests(server)]
}

function list({ engine }: ServerParts): Endpoint {
  return endpoint({
    method: 'get',
    path: '/api/backends',
    summary: 'The backends and whether they can be used',
    answers: { 200: ok(BackendList, 'The backends.') },
    handle: async () => ({ backends: await engine.catalogue.list(await shownSettings(engine)) }),
  })
}

function installation({ engine, limits }: ServerParts): Endpoint[] {
  return [
    endpoint({
      method: 'post',
      path: '/api/backends/{name}/install',
      summary: 'Install a backend at its pinned version',
      params,
      answers: {
        200: raw(
          'text/event-stream',
          'The output of the installation, as server-sent events; the last one is `backend` or `error`.',
          InstallEvent,
        ),
      },
      async handle({ params: { name } }, c) {
        const begin = await streamInstall(engine, name)
        return eventStream(c, limits.sseBufferBytes, async function* (signal) {
          for await (const event of begin(signal)) yield [{ data: event }]
        })
      },
    }),
    endpoint({
      method: 'delete',
      path: '/api/backends/{name}/install',
      summary: 'Remove what was installed of a backend',
      params,
      answers: { 200: ok(BackendView, 'The current backend.') },
      handle: ({ params: { name } }) => uninstallBackend(engine, name),
    }),
  ]
}

/** Reads a backend or an entry of the registry, as its field `registry` shows; errors are about that one alone. */
const additionBody: BodyReader<CustomBackend | RegistryBackend> = {
  content: { 'application/json': { schema: z.union([CustomBackend, RegistryBackend]) } },
  async read(c, limits) {
    const body = await readJson(c, limits.bodyBytes)
    const isEntry = typeof body === 'object' && body !== null && 'registry' in body
    return isEntry ? fit(RegistryBackend, body) : fit(CustomBackend, body)
  },
}

function additions({ engine }: ServerParts): Endpoint[] {
  return [
    endpoint({
      method: 'post',
      path: '/api/backends',
      summary: 'Add a backend, by its command or by its entry in the ACP registry',
      body: additionBody,
      answers: {
        201: ok(AddedBackend, 'The backend and whether it can be used, and which is the default now.'),
      },
      handle: ({ body }) =>
        'registry' in body ? addRegistryBackend(engine, body) : addBackend(engine, body),
    }),
    endpoint({
      method: 'delete',
      path: '/api/backends/{name}',
      summary: 'Remove a backend that was added',
      params,
      answers: gone,
      handle: ({ params: { name } }) => removeBackend(engine, name),
    }),
  ]
}

function tests({ engine }: ServerParts): Endpoint[] {
  return [
    endpoint({
      method: 'post',
      path: '/api/backends/{name}/trial',
      summary: 'One real turn with a backend, in a temporary workspace',
      params,
      answers: { 200: ok(BackendTrial, 'What came of it, good or bad.') },
      handle: ({ params: { name } }) => tryBackend(engine, name),
    }),
    endpoint({
      method: 'post',
      path: '/api/backends/{name}/test',
      summary: 'Run the conformance kit with a backend: about a dozen short sessions, which may take minutes',
      params,
      answers: { 200: ok(Conformance, 'What was found; it is kept and shown with the backend.') },
      handle: ({ params: { name } }) => runKit(engine, name),
    }),
  ]
}
