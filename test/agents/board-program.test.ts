import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { agentsUnderTest, connectModels, realAgents } from '../helpers/agents-under-test.ts'
import { startScriptedModel, type ScriptedModel } from '../helpers/scripted-model.ts'
import { scriptText } from '../helpers/scripted-model/script.ts'
import { startTestServer, type TestServer } from '../helpers/server.ts'
import { until } from '../helpers/until.ts'

/** Real coding agents reach the board with the program in their PATH, whatever their shells make of it. */
let model: ScriptedModel
let server: TestServer
const JOB_MS = 200_000

beforeAll(async () => {
  model = await startScriptedModel()
  server = await startTestServer({ env: realAgents })
})
afterAll(async () => {
  await server.stop()
  await model.close()
})

it.each(agentsUnderTest)('a command of %s reports with `slipway-board`', async (backend) => {
  await connectModels(server, model)
  const steps = [
    { bash: 'slipway-board progress Half is done. > said.txt 2>&1; cat said.txt' },
    { text: 'It is done.' },
  ]
  const { job_id } = await server.client.createJob({
    vision: `Report.\n\n${scriptText({ steps })}`,
    backend,
    mode: 'solo',
    checks: ['test -s said.txt'],
  })
  await until('the end of the job', JOB_MS, async () => (await server.client.getJob(job_id)).completed_at)
  const events = await server.client.events(job_id, 0)
  const reports = events.filter(({ type }) => type === 'attempt.progress').map(({ message }) => message)
  const { workspace_path: result } = await server.client.getJob(job_id)
  const said = fs.readFileSync(path.join(result ?? '', 'said.txt'), 'utf8')
  expect({ said, reports }).toEqual({
    said: 'The people who watch can see it.\n',
    reports: ['Half is done.'],
  })
})
