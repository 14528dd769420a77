import { once } from 'node:events'
import fs from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { heardIn, startFixtureJob } from '../helpers/fixture-backend.ts'
import { endOf } from '../helpers/follow-job.ts'
import { startTestServer, type TestServer } from '../helpers/server.ts'
import { until } from '../helpers/until.ts'

/** The maximum growth of the server's memory, whatever one agent does. */
const MOST_GROWTH = 200_000_000
let server: TestServer

beforeAll(async () => {
  server = await startTestServer({ env: { SLIPWAY_WORKERS: '2' } })
})
afterAll(() => server.stop())

/** What the server's process has in memory, in bytes. */
function residentBytes(): number {
  const [, kilobytes = '0'] =
    /^VmRSS:\s+(\d+) kB/m.exec(fs.readFileSync(`/proc/${server.pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) * 1024
}

/** Runs jobs and measures the memory of the server until they have ended, or `isOver` returns true. */
async function growthDuring(
  start: () => Promise<string>,
  isOver: (id: string) => Promise<boolean>,
): Promise<{ id: string; growth: number }> {
  const before = residentBytes()
  let most = before
  const id = await start()
  await until('the end of what the agent does', 100_000, async () => {
    most = Math.max(most, residentBytes())
    return (await isOver(id)) ? true : null
  })
  return { id, growth: most - before }
}

const ended = async (id: string): Promise<boolean> => (await server.client.getJob(id)).completed_at !== null

it('an agent that releases none of 300 terminals keeps the output of the last of them', async () => {
  const print = { command: 'head -c 1400000 /dev/zero | tr "\\0" x; echo "end $$"' }
  const one = [
    { call: ['terminal/create', print] },
    { call: ['terminal/wait_for_exit', { terminalId: '{terminal}' }] },
  ]
  const turn = [
    { quietly: [300, one] },
    { call: ['terminal/output', { terminalId: '{terminal}' }] },
    { call: ['terminal/output', { terminalId: '{first}' }] },
    { write: ['made.txt', 'x'] },
  ]
  const { id, growth } = await growthDuring(() => startFixtureJob(server, 'hoarder', { turn }), ended)
  const job = await endOf(server, id)
  expect(growth).toBeLessThan(MOST_GROWTH)
  expect(job).toMatchObject({ status: 'completed', error: null })
  const outputs = heardIn(job).flatMap((line) => ('terminal/output' in line ? [line['terminal/output']] : []))
  expect(outputs).toMatchObject([
    { result: { output: expect.stringMatching(/x\nend \d+\n$|xend \d+\n$/), truncated: true } },
    { error: { message: expect.stringContaining('not found') } },
  ])
})

it('an agent with 16 terminals that print without end gets no further one, and its turn ends in time', async () => {
  const print = { call: ['terminal/create', { command: 'yes "$(head -c 1000 /dev/zero | tr "\\0" y)"' }] }
  const turn = [
    { quietly: [16, [print]] },
    print,
    { call: ['terminal/output', { terminalId: '{terminal}' }] },
    // Time in which they print.
    { call: ['terminal/create', { command: 'true' }] },
    { pause: 8000 },
    { write: ['made.txt', 'x'] },
  ]
  const { id, growth } = await growthDuring(() => startFixtureJob(server, 'printer', { turn }), ended)
  const job = await endOf(server, id)
  expect(growth).toBeLessThan(MOST_GROWTH)
  expect(job).toMatchObject({ status: 'completed', error: null })
  const refused = heardIn(job).filter((line) => 'terminal/create' in line)
  expect(refused.at(0)).toMatchObject({
    'terminal/create': { error: { message: expect.stringContaining('16 terminals run already') } },
  })
})

/** Sends 12 requests of 45 MB at once and writes down how they were answered. */
const flood = `
const [gateway, token] = process.argv.slice(1)
const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'x'.repeat(45e6) }] })
const send = async () => {
  const headers = { authorization: 'Bearer ' + token, 'content-type': 'application/json' }
  const answer = await fetch(gateway + '/openai/v1/chat/completions', { method: 'POST', headers, body })
  await answer.text()
  return answer.status
}
Promise.all(Array.from({ length: 12 }, send)).then((all) => {
  require('node:fs').writeFileSync('statuses.json', JSON.stringify(all))
  console.log('done')
})
`

it('an agent that sends 12 requests of 45 MB at once gets all answers, one after the other', async () => {
  const provider = http.createServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end('{"choices":[{"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1}}')
    })
  })
  provider.listen(0, '127.0.0.1')
  await once(provider, 'listening')
  const { port } = provider.address() as AddressInfo
  try {
    await server.client.addBackend({
      name: 'flooder',
      kind: 'command',
      prompt: 'stdin',
      command: [process.execPath, '-e', flood, '{gateway}', '{token}'],
      wire: 'openai',
      env: {},
    })
    await server.client.setProvider('local', {
      wire: 'openai',
      base_url: `http://127.0.0.1:${port}/v1`,
      secret: null,
      model: 'm',
    })
    const start = async (): Promise<string> =>
      (await server.client.createJob({ vision: 'x', mode: 'solo', backend: 'flooder' })).job_id
    const { id, growth } = await growthDuring(start, ended)
    const job = await endOf(server, id)
    expect(job).toMatchObject({ status: 'completed', error: null })
    const statuses: unknown = JSON.parse(fs.readFileSync(`${job.workspace_path}/statuses.json`, 'utf8'))
    expect(statuses).toEqual(Array.from({ length: 12 }, () => 200))
    expect(growth).toBeLessThan(MOST_GROWTH)
  } finally {
    provider.closeAllConnections()
    provider.close()
  }
})
