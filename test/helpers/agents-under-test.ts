import { randomUUID } from 'node:crypto'
import path from 'node:path'
import type { ScriptedModel } from './scripted-model.ts'
import type { TestServer } from './server.ts'

const root = path.join(import.meta.dirname, '..', '..')

/** The environment of a server that finds the coding agents which scripts/install-agents.mjs has installed. */
export const realAgents: Readonly<Record<string, string>> = {
  SLIPWAY_BACKENDS_DIR: process.env['SLIPWAY_TEST_AGENTS_DIR'] ?? path.join(root, '.cache', 'agents'),
}

/** The agents to test: `make test-agents` names all of them, `make test` those that have a place in every run. */
export const agentsUnderTest = (process.env['SLIPWAY_TEST_AGENTS'] ?? 'codex gemini claude-code').split(' ')

/** Those that do whole team jobs as well. */
export const teamAgents = agentsUnderTest.filter((name) =>
  ['codex', 'gemini', 'claude-code', 'opencode'].includes(name),
)

/** Whether everything is to be shown, or what has a place in every run. */
export const isWhole = process.env['SLIPWAY_TEST_AGENTS'] !== undefined

/** Those that meet failures of a provider, and which of those that pass and of those that need a person. */
export const failureAgents = isWhole ? teamAgents : agentsUnderTest.slice(0, 1)
export const passingFailures = isWhole ? ([429, 500, 529, 'hang', 'cut', 'malformed'] as const) : [529]
export const lastingFailures = isWhole ? [401, 403] : [401]

/** Sets the providers of all wires to the scripted one, with a new key, which it gives back. */
export async function connectModels(server: TestServer, model: ScriptedModel): Promise<string> {
  const key = `sk-${randomUUID()}`
  for (const [wire, place] of [
    ['anthropic', ''],
    ['openai', '/v1'],
    ['gemini', ''],
  ] as const) {
    await server.client.setSecret(wire, key)
    await server.client.setProvider(wire, { base_url: `${model.url}${place}`, model: 'mock-model' })
  }
  return key
}
