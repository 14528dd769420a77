import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { probe } from './probe.ts'
import { openUpstreamPool } from './gateway/upstream.ts'

const upstream = openUpstreamPool()
const servers: http.Server[] = []

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  }
})

/** A provider that answers its calls in turn, and those calls. */
async function provider(...answers: [status: number, body: string][]) {
  const calls: string[] = []
  const server = http.createServer((request, response) => {
    calls.push(`${request.method} ${request.url} ${request.headers['authorization'] ?? 'no key'}`)
    const answer = answers[calls.length - 1]
    if (answer !== undefined) response.writeHead(answer[0]).end(answer[1])
  })
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
  const target = { name: 'p', wire: 'openai', header: null, headers: {}, key: 'sk-k', blocked: null } as const
  return { calls, target: { ...target, baseUrl } }
}

it('a provider is asked for its models with its key, and has answered when it lists them', async () => {
  const { calls, target } = await provider([200, '{"data":[]}'])
  expect(await probe(upstream, { ...target, model: 'm' }, 5000)).toMatchObject({
    result: 'answered',
    said: null,
  })
  expect(calls).toEqual(['GET /v1/models Bearer sk-k'])
})

it('a provider that lists no models is asked for one token of its known model', async () => {
  const { calls, target } = await provider(
    [404, ''],
    [402, '{"error":{"message":"credit is used up, sk-k"}}'],
  )
  expect(await probe(upstream, { ...target, model: 'm' }, 5000)).toMatchObject({
    result: 'refused',
    said: 'it answered 402 (credit is used up, [key])',
  })
  expect(calls[1]).toBe('POST /v1/chat/completions Bearer sk-k')
})

it('without a known model nothing is claimed', async () => {
  const { target } = await provider([404, 'nothing here'])
  expect(await probe(upstream, { ...target, model: null }, 5000)).toMatchObject({ result: 'unclear' })
})

it('an overloaded or silent provider counts as unreachable', async () => {
  const { target } = await provider([503, 'busy'])
  expect(await probe(upstream, { ...target, model: null }, 5000)).toMatchObject({ result: 'unreachable' })
  const silent = await provider()
  expect(await probe(upstream, { ...silent.target, model: null }, 200)).toMatchObject({
    result: 'unreachable',
    said: 'it cannot be reached (it gave no answer in 0.2 s)',
  })
})
