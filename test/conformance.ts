/**
 * Runs the conformance kit with real agents against the scripted model, through the gateway, and writes the results into
 * docs/backends.md. Usage: `node test/conformance.ts [name...]`; without names it runs all tested agents. Missing agents
 * are installed at their pinned versions, into SLIPWAY_TEST_AGENTS_DIR or `.cache/agents`.
 */
import fs from 'node:fs'
import path from 'node:path'
import type { BackendView } from '../src/contract/backend.ts'
import type { Conformance } from '../src/contract/conformance.ts'
import { startScriptedModel } from './helpers/scripted-model.ts'
import { startTestServer } from './helpers/server.ts'

const root = path.join(import.meta.dirname, '..')
/** A backend and what the kit found with it. */
type Tested = BackendView & { conformance: Conformance }

const page = path.join(root, 'docs', 'backends.md')
const marks = ['<!-- conformance: written by test/conformance.ts -->', '<!-- /conformance -->'] as const
const words = { pass: 'yes', fail: '**no**', skip: '–' }

const wanted = process.argv.slice(2)
const model = await startScriptedModel()
const server = await startTestServer({
  env: {
    SLIPWAY_BACKENDS_DIR: process.env['SLIPWAY_TEST_AGENTS_DIR'] ?? path.join(root, '.cache', 'agents'),
    SLIPWAY_TEST_CASE_SECONDS: '90',
  },
})
const { client } = server
try {
  for (const [name, address] of [
    ['anthropic', model.url],
    ['openai', `${model.url}/v1`],
    ['gemini', model.url],
  ] as const) {
    await client.setSecret(name, 'sk-scripted')
    await client.setProvider(name, { base_url: address, model: 'mock-model' })
  }
  const names = (await client.backends()).filter((each) => each.tested).map((each) => each.name)
  for (const name of wanted.length > 0 ? wanted : names) await test(name)
  const found = (await client.backends()).filter((each): each is Tested => each.conformance !== null)
  if (wanted.length === 0) fs.writeFileSync(page, withTable(fs.readFileSync(page, 'utf8'), found))
  process.exitCode = found.some(({ conformance }) => conformance.cases.some((one) => one.result === 'fail'))
    ? 1
    : 0
} finally {
  await server.stop()
  await model.close()
  fs.rmSync(server.dataDir, { recursive: true, force: true })
}

async function test(name: string): Promise<void> {
  const backend = (await client.backends()).find((each) => each.name === name)
  if (backend === undefined) throw new Error(`there is no backend ${name}`)
  if (backend.installed === null) await client.installBackend(name, () => undefined)
  const found = await client.testBackend(name)
  console.log(`${name} ${found.version}`)
  for (const one of found.cases)
    console.log(`  ${one.case.padEnd(11)} ${one.result.padEnd(5)} ${one.duration_ms} ms  ${one.sentence}`)
}

/** Replaces addresses, which differ from machine to machine; the port and the program are enough. */
function withoutAddresses(sentence: string): string {
  return sentence.replaceAll(/\b\d+(\.\d+){3}(?=:\d)/g, 'another machine')
}

/** A row for each backend, a column for each case; cases that did not pass are explained below. */
function withTable(text: string, backends: readonly Tested[]): string {
  const cases = backends[0]?.conformance.cases.map((one) => one.case) ?? []
  const rows = backends.map(({ display_name, conformance }) => [
    display_name,
    conformance.version ?? '',
    ...conformance.cases.map((one) => words[one.result]),
  ])
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  const head = ['', 'version', ...cases.map((one) => one.replace('_', ' '))]
  const notes = backends.flatMap(({ display_name, conformance }) =>
    conformance.cases
      .filter((one) => one.result !== 'pass')
      .map((one) => `- ${display_name}, ${one.case.replace('_', ' ')}: ${withoutAddresses(one.sentence)}`),
  )
  const day = new Date().toISOString().slice(0, 10)
  const table = [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
  const about = `Written on ${day}, inside ${backends[0]?.conformance.walls}, against the scripted model of the tests.`
  const [before = '', rest = ''] = text.split(`${marks[0]}\n`)
  const after = rest.slice(rest.indexOf(marks[1]))
  return `${before}${marks[0]}\n\n${about}\n\n${table}\n\n${notes.join('\n')}\n\n${after}`
}
