import type { WallsCommand } from './walls.ts'

/** What the helper starts: a command without any environment, and what it reads on descriptors. */
export interface Gated {
  readonly argv: readonly string[]
  /** On descriptor 5, for bubblewrap: each word ended by NUL. */
  readonly args: readonly string[]
  /** On descriptor 6, for the gate: lines of shell that export the program's environment. */
  readonly environment: string
}

export interface GatedProgram {
  readonly command: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  readonly home: string
  readonly input?: 'piped' | 'nothing'
}

/**
 * The gate inside the walls: goes to the program's directory, which it alone may be able to enter, says that they stand,
 * waits for "go", takes up the program's environment, and only then becomes the program. What puts the walls up has run by then, and has seen nothing of that environment.
 */
const GATE = `cd "$1" || exit 1; shift; echo r >&4; exec 4>&-; read -r slipway_go <&3 || exit 1; exec 3<&-
slipway_env=; while IFS= read -r slipway_line; do slipway_env="$slipway_env$slipway_line
"; done <&6; exec 5<&- 6<&-; unset OLDPWD; eval "$slipway_env"; unset slipway_go slipway_env slipway_line; exec "$@"`
const GATE_WITHOUT_INPUT = `${GATE} </dev/null`

/** Names that a shell keeps to itself: setting them would end the gate or change how it reads. */
const SHELL_NAMES = /^(?:IFS|OPTIND|UID|EUID|GROUPS|PPID|LINENO|SHELLOPTS|BASHOPTS|BASH_VERSINFO|_)$/

/** Puts a program behind the gate, and the gate behind the walls. */
export function gateWith({ argv, args }: WallsCommand, program: GatedProgram): Gated {
  const gate = program.input === 'nothing' ? GATE_WITHOUT_INPUT : GATE
  return {
    argv: [...argv, '/bin/sh', '-c', gate, 'sh', program.cwd, ...program.command],
    args,
    environment: exportsOf({ ...program.env, HOME: program.home, TMPDIR: '/tmp' }),
  }
}

function exportsOf(env: Readonly<Record<string, string>>): string {
  return Object.entries(env)
    .filter(([name]) => /^[A-Za-z_]\w*$/.test(name) && !SHELL_NAMES.test(name))
    .map(([name, value]) => `export ${name}='${value.replaceAll('\0', '').replaceAll("'", `'\\''`)}'\n`)
    .join('')
}
