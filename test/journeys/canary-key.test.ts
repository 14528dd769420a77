import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readZip } from '../helpers/read-zip.ts'
import { endOf } from '../helpers/follow-job.ts'
import { modelBackend } from '../helpers/model-backend.ts'
import { watchProcesses, type ProcessWatch } from '../helpers/watch-processes.ts'
import { startScriptedModel, type ScriptedModel } from '../helpers/scripted-model.ts'
import { scriptText } from '../helpers/scripted-model/script.ts'
import { startTestServer, type TestServer } from '../helpers/server.ts'

/** A key that is given to the gateway is nowhere else, whatever the agent does to find it. */
const key = `sk-canary-${randomBytes(24).toString('hex')}`
const forms = [key, Buffer.from(key).toString('base64').slice(0, -2), Buffer.from(key).toString('hex')]
let model: ScriptedModel
let server: TestServer
let watch: ProcessWatch

beforeAll(async () => {
  model = await startScriptedModel()
  server = await startTestServer()
  watch = watchProcesses()
  await server.client.addBackend(modelBackend('agent', 'chat'))
  await server.client.setProvider('mine', {
    wire: 'openai',
    base_url: `${model.url}/v1`,
    model: 'mock-model',
  })
  await server.client.setSecret('mine', key)
})
afterAll(async () => {
  watch.stop()
  await server.stop()
  await model.close()
})

/** The places that a curious agent searches, and records in its repository. */
const prying = (dataDir: string): string =>
  [
    'env > found-env.txt',
    "cat /proc/*/environ 2>/dev/null | tr '\\0' '\\n' > found-environ.txt || true",
    'ps axeww > found-ps.txt 2>/dev/null || true',
    `cat ${dataDir}/secrets.key ${dataDir}/token > found-files.txt 2>/dev/null || true`,
    `grep -rah sk-canary "$HOME" /tmp ${dataDir} . > found-home.txt 2>/dev/null || true`,
    'sleep 0.5',
  ].join('; ')

it('the key is in no process, file, event, log, commit or archive, although it was used', async () => {
  const steps = [
    { bash: prying(server.dataDir) },
    { write: ['made', 'made\n'] as [string, string] },
    { text: 'done' },
  ]
  const { job_id: id } = await server.client.createJob({
    vision: `a file\n${scriptText({ id: 'canary', steps })}`,
    backend: 'agent',
    mode: 'solo',
    checks: ['test -s found-env.txt', 'test -f made'],
  })
  const job = await endOf(server, id)
  expect([job.status, job.error]).toEqual(['completed', null])
  expect(model.served.map((call) => call.key)).toEqual([key, key, key])

  // The watch has seen the agent: its token is there, and the key is not.
  expect(watch.seen('MODEL_KEY=slipway-')).toBe(true)
  expect(watch.looks()).toBeGreaterThan(5)
  expect(forms.filter((form) => watch.seen(form))).toEqual([])

  expect(await filesHolding('made', job.workspace_path ?? '')).not.toEqual([])
  expect(await filesHolding(forms.join('\n'), server.dataDir)).toEqual([])
  const attempts = await server.client.attempts(id)
  const records = await Promise.all(attempts.map((attempt) => server.client.attempt(id, attempt.id)))
  const archive = await new Response((await server.client.download(id)).body).bytes()
  const told = [
    await server.client.events(id, 0),
    records,
    await server.client.providers(),
    await server.client.secrets(),
    await server.client.settings(),
    await server.client.budget(id),
    server.log(),
    server.out(),
    [...readZip(archive).values()].join('\n'),
    await objectsOf(job.workspace_path ?? ''),
  ].map((part) => JSON.stringify(part))
  expect([...readZip(archive).values()].join('\n')).toContain('MODEL_KEY=slipway-')
  expect(told.at(-1)).toContain('MODEL_KEY=slipway-')
  expect(forms.filter((form) => told.some((part) => part.includes(form)))).toEqual([])
})

/** Files below a directory that hold one of the lines, byte for byte. */
async function filesHolding(lines: string, dir: string): Promise<string[]> {
  const list = path.join(fs.mkdtempSync('/tmp/slipway-canary-'), 'lines')
  fs.writeFileSync(list, `${lines}\n`)
  const run = promisify(execFile)('grep', ['-rlaF', '-f', list, dir], { maxBuffer: 10_000_000 })
  const { stdout } = await run.catch((error: unknown) => error as { stdout: string })
  fs.rmSync(path.dirname(list), { recursive: true })
  return stdout.split('\n').filter((line) => line !== '')
}

async function objectsOf(repository: string): Promise<string> {
  const args = ['-C', repository, 'cat-file', '--batch', '--batch-all-objects']
  return (await promisify(execFile)('git', args, { maxBuffer: 50_000_000 })).stdout
}
