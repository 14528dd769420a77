import type { CheckOrigin } from '../contract/words.ts'

/** A command that must exit with 0, and where it comes from. */
export interface Check {
  readonly command: string
  readonly origin: CheckOrigin
}

export interface NamedChecks {
  readonly requested: readonly string[]
  readonly planned: readonly string[]
  readonly leftBehind: readonly string[]
}

/**
 * Returns the commands that prove a job: the person's, then the plan's, then those a solo agent left; only when there are
 * none, those that the repository's files suggest. A command named twice keeps its first origin.
 */
export function checkCommands(
  from: NamedChecks & { readonly files: { readonly files: readonly { readonly path: string }[] } },
): Check[] {
  const named = new Map<string, CheckOrigin>()
  const add = (commands: readonly string[], origin: CheckOrigin): void => {
    for (const command of commands) if (!named.has(command)) named.set(command, origin)
  }
  add(from.requested, 'person')
  add(from.planned, 'plan')
  add(from.leftBehind, 'agent')
  if (named.size === 0) add(suggested(from.files.files), 'repository')
  return [...named].map(([command, origin]) => ({ command, origin }))
}

/** Returns the checks of one task, which come from its plan unless they are also checks of the whole job. */
export function taskChecks(commands: readonly string[], jobChecks: readonly Check[]): Check[] {
  return commands.map(
    (command) => jobChecks.find((check) => check.command === command) ?? { command, origin: 'plan' },
  )
}

function suggested(files: readonly { readonly path: string }[]): string[] {
  const has = (path: string): boolean => files.some((file) => file.path === path)
  if (has('package.json') && files.some((file) => /(^|\/)[^/]+\.(test|spec)\.[cm]?[jt]s$/.test(file.path)))
    return ['npm test']
  if (has('Cargo.toml')) return ['cargo test']
  if (has('go.mod')) return ['go test ./...']
  if (has('pyproject.toml') || has('pytest.ini')) return ['python3 -m pytest']
  return []
}
