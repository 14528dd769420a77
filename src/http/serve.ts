import { Server } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'
import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Health } from '../contract/server.ts'
import { AppError } from '../lib/app-error.ts'
import type { Log } from '../lib/log.ts'

/** An open port. */
export interface Listening {
  readonly port: number
  /** Answers with the app: what has waited, and everything from now on. */
  open(app: OpenAPIHono): void
  /** Safe to call twice. */
  close(): Promise<void>
}

const HEADERS_MS = 15_000
const BODY_MS = 300_000

/**
 * Listens before there is an app: `GET /health/live` is answered at once, so that a supervisor sees a server that starts;
 * everything else waits for the app. Rejects with a sentence when the port is taken.
 */
export function listen(options: {
  host: string
  port: number
  log: Log
  live: () => Health
}): Promise<Listening> {
  const opened = Promise.withResolvers<OpenAPIHono>()
  const isOpen = { value: false }
  const server = createAdaptorServer({
    async fetch(request, bindings) {
      if (!isOpen.value && new URL(request.url).pathname === '/health/live')
        return Response.json(options.live())
      return (await opened.promise).fetch(request, bindings)
    },
    overrideGlobalObjects: false,
  })
  if (!(server instanceof Server)) throw new Error('this is not a server of HTTP/1.1')
  server.headersTimeout = HEADERS_MS
  server.requestTimeout = BODY_MS
  server.on('clientError', (_, socket) => {
    if (socket.writable)
      socket.end(
        'HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{"error":"The request cannot be read as HTTP.","code":"bad_request"}',
      )
  })
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(refusal(error, options.port)))
    server.listen(options.port, options.host, () => {
      const address = server.address()
      const port = address !== null && typeof address === 'object' ? address.port : options.port
      server.on('error', (error) => options.log.error({ err: error }, 'http server'))
      resolve({
        port,
        open(app) {
          isOpen.value = true
          opened.resolve(app)
        },
        close: () => close(server),
      })
    })
  })
}

function refusal(error: Error, port: number): Error {
  if (!('code' in error && error.code === 'EADDRINUSE')) return error
  const sentence = `Port ${port} is in use: stop the other server, or pass another --port.`
  return new AppError('port_in_use', sentence, { cause: error })
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
