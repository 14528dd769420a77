import { OpenAPIHono } from '@hono/zod-openapi'
import net from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openLog } from '../lib/log.ts'
import { requirePort, serve, type Listening } from './serve.ts'

const app = new OpenAPIHono()
app.get('/', (c) => c.text('here'))
const options = { app, host: '127.0.0.1', port: 0, log: openLog('silent') }
let listening: Listening

beforeEach(async () => {
  listening = await serve(options)
})
afterEach(() => listening.close())

it('serves the app on a free port', async () => {
  expect(await (await fetch(`http://127.0.0.1:${listening.port}/`)).text()).toBe('here')
})

it('a port that is taken is refused with a sentence, before and when it is opened', async () => {
  const taken = expect.objectContaining({
    code: 'port_in_use',
    message: `Port ${listening.port} is in use: stop the other server, or pass another --port.`,
  })
  await expect(requirePort('127.0.0.1', listening.port)).rejects.toEqual(taken)
  await expect(serve({ ...options, port: listening.port })).rejects.toEqual(taken)
})

it('a port that is free stays free', async () => {
  const { port } = listening
  await listening.close()
  await requirePort('127.0.0.1', port)
  listening = await serve({ ...options, port })
  expect(listening.port).toBe(port)
})

it('what is no HTTP is told so, and the server goes on', async () => {
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

it('ends what is open when it is closed', async () => {
  const socket = net.connect(listening.port, '127.0.0.1')
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()))
  await new Promise<void>((resolve) => socket.on('connect', () => resolve()))
  await listening.close()
  await closed
  await expect(fetch(`http://127.0.0.1:${listening.port}/`)).rejects.toThrow('fetch failed')
  listening = await serve(options)
})
