import type { WallsCommand } from './walls.ts'

/** The input of the helper: a command without an environment, and the data for its descriptors. */
export interface Gated {
  readonly argv: readonly string[]
  /** For bubblewrap, on descriptor 5: words that each end with NUL. */
  readonly args: readonly string[]
  /** For the gate, on descriptor 6: lines of shell that export the program's environment. */
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
 * The gate inside the walls: it enters the program's directory, which may be accessible to it only, reports that the walls
 * stand, waits for "go", reads the program's environment, and only then becomes the program. The programs that put up the
 * walls have run by then, and never see that environment.
 */
const GATE = `cd "$1" || exit 1; shift; echo r >&4; exec 4>&-; read -r slipway_go <&3 || exit 1; exec 3<&-
slipway_env=; while IFS= read -r slipway_line; do slipway_env="$slipway_env$slipway_line
"; done <&6; exec 5<&- 6<&-; unset OLDPWD; eval "$slipway_env"; unset slipway_go slipway_env slipway_line; exec "$@"`
const GATE_WITHOUT_INPUT = `${GATE} </dev/null`

/** Names that a shell reserves: setting them would end the gate or change how it reads. */
const SHELL_NAMES = /^(?:IFS|OPTIND|UID|EUID|GROUPS|PPID|LINENO|SHELLOPTS|BASHOPTS|BASH_VERSINFO|_)$/

/** Puts a program behind the gate, and the gate inside the walls. */
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
