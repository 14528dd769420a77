import path from 'node:path'
import { installProfile } from '../src/agents/install.ts'
import { installDirOf } from '../src/agents/detect.ts'
import { knownProfiles } from '../src/agents/known-profiles.ts'
import fs from 'node:fs'

/**
 * Installs the coding agents that the tests run, at the versions of their profiles, into .cache/agents (or the directory of
 * SLIPWAY_TEST_AGENTS_DIR). Does nothing for those that are there. Arguments: their names.
 */
const root = path.resolve(import.meta.dirname, '..')
const backendsDir = process.env.SLIPWAY_TEST_AGENTS_DIR ?? path.join(root, '.cache', 'agents')
const locations = { backendsDir, searchPath: process.env.PATH ?? '', nodePath: process.execPath }

for (const name of process.argv.slice(2)) {
  const profile = knownProfiles.find(({ id }) => id === name)
  if (profile === undefined) throw new Error(`there is no agent "${name}"`)
  if (
    profile.install !== null &&
    fs.existsSync(installDirOf({ ...profile, install: profile.install }, locations))
  )
    continue
  const began = Date.now()
  await installProfile(profile, {
    locations,
    env: Object.fromEntries(Object.entries(process.env).map(([key, value]) => [key, value ?? ''])),
    onOutput: () => undefined,
    signal: AbortSignal.timeout(600_000),
  })
  // A whole line at once, because other processes may be writing too.
  const seconds = Math.round((Date.now() - began) / 1000)
  process.stderr.write(`Installed ${profile.displayName} (${seconds} s)\n`)
}
