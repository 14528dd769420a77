import { Server } from 'node:http'
import net from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import type { OpenAPIHono } from '@hono/zod-openapi'
import { AppError } from '../lib/app-error.ts'
import type { Log } from '../lib/log.ts'

export interface Listening {
  readonly port: number
  close(): Promise<void>
}

const HEADERS_MS = 15_000
const BODY_MS = 300_000

/** Serves the app. Resolves when the port is open; rejects with a sentence when the port is taken. */
export function serve(options: {
  app: OpenAPIHono
  host: string
  port: number
  log: Log
}): Promise<Listening> {
  const server = createAdaptorServer({ fetch: options.app.fetch, overrideGlobalObjects: false })
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
      resolve({ port, close: () => close(server) })
    })
  })
}

/** Throws the error of `serve` for a port that is taken, before anything else is started. */
export function requirePort(host: string, port: number): Promise<void> {
  const probe = net.createServer()
  return new Promise((resolve, reject) => {
    probe.once('error', (error) => reject(refusal(error, port)))
    probe.listen(port, host, () => probe.close(() => resolve()))
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
