import { OpenAPIHono } from '@hono/zod-openapi'
import net from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openLog } from '../lib/log.ts'
import { listen, type Listening } from './serve.ts'

const app = new OpenAPIHono()
app.get('/', (c) => c.text('here'))
const live = () => ({ status: 'ok' as const, version: '1.0.0', checks: {} })
const options = { host: '127.0.0.1', port: 0, log: openLog('silent'), live }
let listening: Listening

beforeEach(async () => {
  listening = await listen(options)
  listening.open(app)
})
afterEach(() => listening.close())

it('serves the app on a free port', async () => {
  expect(await (await fetch(`http://127.0.0.1:${listening.port}/`)).text()).toBe('here')
})

it('a taken port is refused with an explanation', async () => {
  await expect(listen({ ...options, port: listening.port })).rejects.toMatchObject({
    code: 'port_in_use',
    message: `Port ${listening.port} is in use: stop the other server, or pass another --port.`,
  })
})

it('before the app exists it is alive, and other requests wait for the app', async () => {
  const starting = await listen(options)
  const url = `http://127.0.0.1:${starting.port}`
  const early = fetch(`${url}/`)
  expect(await (await fetch(`${url}/health/live`)).json()).toEqual(live())
  starting.open(app)
  expect(await (await early).text()).toBe('here')
  // What the app does not know is not known any more.
  expect((await fetch(`${url}/health/live`)).status).toBe(404)
  await starting.close()
})

it('a failed start answers all waiting requests', async () => {
  const starting = await listen(options)
  const early = fetch(`http://127.0.0.1:${starting.port}/`)
  await fetch(`http://127.0.0.1:${starting.port}/health/live`)
  await starting.close()
  await expect(early).rejects.toThrow('fetch failed')
  await starting.close()
})

it('a request that is not HTTP is answered as such, and the server continues', async () => {
  const answer = await new Promise<string>((resolve, reject) => {
    let text = ''
    const socket = net.connect(listening.port, '127.0.0.1', () => socket.write('NONSENSE\r\n\r\n'))
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString()
    })
    socket.on('end', () => resolve(text))
    socket.on('error', reject)
  })
  expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
  expect(answer).toContain('{"error":"The request cannot be read as HTTP.","code":"bad_request"}')
  expect((await fetch(`http://127.0.0.1:${listening.port}/`)).status).toBe(200)
})

it('closes open connections when it is closed', async () => {
  const socket = net.connect(listening.port, '127.0.0.1')
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()))
  await new Promise<void>((resolve) => socket.on('connect', () => resolve()))
  await listening.close()
  await closed
  await expect(fetch(`http://127.0.0.1:${listening.port}/`)).rejects.toThrow('fetch failed')
  listening = await listen(options)
})
