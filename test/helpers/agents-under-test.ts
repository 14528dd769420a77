import path from 'node:path'

const root = path.join(import.meta.dirname, '..', '..')

/** The environment of a server that finds the coding agents which scripts/install-agents.ts has installed. */
export const realAgents: Readonly<Record<string, string>> = {
  SLIPWAY_BACKENDS_DIR: process.env['SLIPWAY_TEST_AGENTS_DIR'] ?? path.join(root, '.cache', 'agents'),
  // The agents are tested side by side, and each may have two tasks underway.
  SLIPWAY_WORKERS: '12',
}

/** The agents to test: `make test-agents` names all of them, `make test` those that have a place in every run. */
export const agentsUnderTest = (process.env['SLIPWAY_TEST_AGENTS'] ?? 'codex gemini claude-code').split(' ')

/** Those that do whole team jobs as well. */
export const teamAgents = agentsUnderTest.filter((name) =>
  ['codex', 'gemini', 'claude-code', 'opencode'].includes(name),
)

/** Whether everything is to be shown, or what has a place in every run. */
export const isWhole = process.env['SLIPWAY_TEST_AGENTS'] !== undefined

/** Those that are stopped by a budget. */
export const budgetAgents = isWhole ? agentsUnderTest : agentsUnderTest.slice(0, 1)

/** Those that meet failures of a provider, and which of those that pass and of those that need a person. */
export const failureAgents = isWhole ? teamAgents : agentsUnderTest.slice(0, 1)
export const passingFailures = isWhole
  ? ([429, 500, 529, 'hang', 'cut', 'malformed'] as const)
  : ([529] as const)
export const lastingFailures = isWhole ? ([401, 403] as const) : ([401] as const)
