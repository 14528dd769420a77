import { parse, type AndOr, type Command, type CommandNode, type PipelineNode, type Statement } from 'unbash'

/** The scripts of a package.json, by name. */
export type Scripts = ReadonlyMap<string, string>

/** The maximum nesting of scripts that run scripts and shells in shells. */
const MAX_DEPTH = 8

/** Programs that exit with 0 whatever their arguments are. */
const harmless = new Set(['true', ':', 'echo', 'printf', 'pwd', 'sleep', 'date', 'export', 'unset', 'clear'])
/** Programs that, at the end of a pipe and without file arguments, pass on their input and exit with 0. */
const passesOn = new Set([
  'cat',
  'tee',
  'head',
  'tail',
  'sort',
  'uniq',
  'wc',
  'nl',
  'tr',
  'column',
  'less',
  'more',
])
const shells = new Set(['sh', 'bash', 'dash', 'zsh', 'ash'])
/** Programs that only start another, which is their first argument that is neither an option nor an assignment. */
const starters = new Set(['env', 'command', 'exec', 'nohup', 'time'])
const packageManagers = new Set(['npm', 'pnpm', 'yarn', 'bun'])

/**
 * Returns why a check exits with 0 whatever the work is like, as a sentence; null when it can fail, or when its text does
 * not show it. `scripts` are those of the commit's package.json, which `npm test` runs.
 */
export function cannotFail(command: string, scripts: Scripts = new Map()): string | null {
  const analysis = new ScriptAnalysis(scripts)
  if (!analysis.script(command, 0)) return null
  return analysis.followed === null
    ? 'It cannot fail: it exits with 0 whatever the work is like.'
    : `It cannot fail: the script "${analysis.followed}" of package.json exits with 0 whatever the work is like.`
}

/** Returns the scripts of a package.json; empty when it cannot be parsed. */
export function readScripts(packageJson: string): Scripts {
  try {
    const parsed: unknown = JSON.parse(packageJson)
    const scripts: unknown = isRecord(parsed) ? parsed['scripts'] : null
    return new Map(
      Object.entries(isRecord(scripts) ? scripts : {}).flatMap(([name, script]): [string, string][] =>
        typeof script === 'string' ? [[name, script]] : [],
      ),
    )
  } catch {
    return new Map()
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

/** An examination of one command, which keeps the name of the last package script that it followed. */
class ScriptAnalysis {
  followed: string | null = null
  readonly #scripts: Scripts

  constructor(scripts: Scripts) {
    this.#scripts = scripts
  }

  /** Whether a whole script always exits with 0. */
  script(source: string, depth: number): boolean {
    if (depth > MAX_DEPTH) return false
    const parsed = parse(source)
    if (parsed.errors !== undefined && parsed.errors.length > 0) return false
    return this.#list(parsed.commands, depth)
  }

  /** Whether a list always exits with 0. It has the status of its last command, unless it can leave earlier. */
  #list(statements: readonly Statement[], depth: number): boolean {
    let stopsAtFirstFailure = false
    for (const { command, background } of statements) {
      const [name, ...args] = literalWordsOf(command)
      if (name === 'exit') return leavesWell(args)
      if (name === 'set' && args.some((arg) => /^-\w*e|^errexit$|^pipefail$/.test(arg)))
        stopsAtFirstFailure = true
      else if (name === 'trap' && /\bexit\s+0\b/.test(args[0] ?? '')) return true
      else if (background !== true && mayLeave(command)) return false
      else if (stopsAtFirstFailure && background !== true && !this.#node(command, depth)) return false
    }
    const last = statements.at(-1)
    return last === undefined || last.background === true || this.#node(last.command, depth)
  }

  #node(node: PipelineNode | AndOr, depth: number): boolean {
    switch (node.type) {
      case 'AndOr':
        return this.#andOr(node, depth)
      case 'Pipeline': {
        const last = node.commands.at(-1)
        if (last === undefined) return false
        if (node.prefixes.some((prefix) => prefix.type === 'Negation'))
          return literalWordsOf(last)[0] === 'false'
        return this.#command(last, depth, node.commands.length > 1)
      }
      default:
        return this.#command(node, depth, false)
    }
  }

  /** Whether a chain always succeeds: `a && b` when both do, `a || b` when one of them does. */
  #andOr({ commands, operators }: AndOr, depth: number): boolean {
    let always = false
    for (const [index, command] of commands.entries()) {
      const succeeds = this.#node(command, depth)
      if (index === 0) always = succeeds
      else always = operators[index - 1] === '||' ? always || succeeds : always && succeeds
    }
    return always
  }

  #command(node: CommandNode, depth: number, isPiped: boolean): boolean {
    switch (node.type) {
      case 'Command':
        return this.#simple(node, depth, isPiped)
      case 'Subshell':
      case 'BraceGroup':
        return this.#list(node.body.commands, depth)
      case 'Redirected':
        return this.#command(node.command, depth, isPiped)
      case 'Function':
        return true
      default:
        return false
    }
  }

  #simple(node: Command, depth: number, isPiped: boolean): boolean {
    if (node.name === undefined)
      return !node.prefix.some(
        ({ type, text = '' }: { type: string; text?: string }) => type === 'Assignment' && /[$`]/.test(text),
      )
    const [program = '', ...args] = literalWordsOf(node)
    return this.#words(program, args, depth, isPiped)
  }

  #words(program: string, args: readonly string[], depth: number, isPiped: boolean): boolean {
    const name = program.split('/').at(-1) ?? program
    if (harmless.has(name)) return true
    if (name === 'exit') return leavesWell(args)
    if (isPiped && passesOn.has(name)) return readsItsInput(name, args)
    if (name === 'test' || name === '[') return isConstant(args.filter((arg) => arg !== ']'))
    if (shells.has(name)) return this.#shell(args, depth)
    if (starters.has(name)) {
      const at = args.findIndex((arg) => !/^-|^\w+=/.test(arg))
      return at >= 0 && this.#words(args[at] ?? '', args.slice(at + 1), depth, isPiped)
    }
    return packageManagers.has(name) && this.#packageScript(args, depth)
  }

  /** Whether the script of `sh -c "..."` always exits with 0. */
  #shell(args: readonly string[], depth: number): boolean {
    const at = args.findIndex((arg) => /^-\w*c$/.test(arg))
    const source = args[at + 1]
    return at >= 0 && source !== undefined && !/^-\w*e/.test(args[at] ?? '') && this.script(source, depth + 1)
  }

  /** Whether `npm test`, `npm run x` and the like, which run `prex`, `x` and `postx`, always succeed. */
  #packageScript(args: readonly string[], depth: number): boolean {
    const operands = args.filter((arg) => !arg.startsWith('-'))
    const [first = '', second = ''] = operands
    const name = first === 'run' || first === 'run-script' ? second : first === 't' ? 'test' : first
    const scripts = [`pre${name}`, name, `post${name}`].flatMap((each) => this.#scripts.get(each) ?? [])
    if (!this.#scripts.has(name) || !scripts.every((script) => this.script(script, depth + 1))) return false
    this.followed ??= name
    return true
  }
}

/** Whether `exit` with these arguments reports success. */
function leavesWell(args: readonly string[]): boolean {
  return args.length === 0 || args[0] === '0'
}

/** Whether a program at the end of a pipe has no file argument that could be missing. */
function readsItsInput(name: string, args: readonly string[]): boolean {
  return name === 'tee' || name === 'tr' || args.every((arg) => /^[-+\d]/.test(arg))
}

/** Returns the words of a simple command without redirections; empty for other nodes. */
function literalWordsOf(node: PipelineNode | AndOr): string[] {
  if (node.type !== 'Command' || node.name === undefined) return []
  return [
    node.name.value,
    ...node.args.map((arg) => ('value' in arg && typeof arg.value === 'string' ? arg.value : arg.text)),
  ]
}

/** Whether a command in it may leave the whole script with a status that is not literally 0. */
function mayLeave(node: PipelineNode | AndOr): boolean {
  switch (node.type) {
    case 'AndOr':
      return node.commands.some(mayLeave)
    case 'Command': {
      const [name, status] = literalWordsOf(node)
      return (
        (name === 'exit' || name === 'exec' || name === 'return') && status !== undefined && status !== '0'
      )
    }
    case 'BraceGroup':
      return node.body.commands.some(({ command }) => mayLeave(command))
    case 'If':
    case 'While':
    case 'For':
    case 'Case':
      // Not examined: they may.
      return true
    default:
      return false
  }
}

/** Whether a `test` compares only literal words, and succeeds. */
function isConstant(args: readonly string[]): boolean {
  if (args.some((arg) => /[$`*?]/.test(arg))) return false
  const [a = '', operator = '', b = ''] = args
  if (args.length === 1) return a !== ''
  if (args.length === 2) return (a === '-n' && operator !== '') || (a === '-z' && operator === '')
  if (args.length !== 3) return false
  if (operator === '=' || operator === '==') return a === b
  if (operator === '!=') return a !== b
  return operator === '-eq' && Number(a) === Number(b)
}
