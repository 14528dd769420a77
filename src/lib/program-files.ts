import path from 'node:path'

/** The programs of Slipway, and where their sources begin, from `src/`. */
const sources = {
  slipway: 'cli/main.ts',
  offline: 'own-agents/offline/main.ts',
  team: 'own-agents/team/main.ts',
} as const

/**
 * Returns the file to give to Node for one of Slipway's programs: of the bundle (scripts/build-program.ts) when this code
 * runs from it, else of the sources.
 */
export function programFile(name: keyof typeof sources): string {
  const here = import.meta.filename
  return here.endsWith('.ts')
    ? path.join(path.dirname(here), '..', sources[name])
    : path.join(path.dirname(here), `${name}.mjs`)
}
