/**
 * Handles Ctrl-C: the first asks the command to end in an orderly way, the second ends it immediately. A termination signal
 * from the system (SIGTERM, SIGHUP) counts like the first.
 */
import { exitCodes } from './failure.ts'

export interface Interrupt {
  readonly signal: AbortSignal
  /** The exit code of the received signal; null while there is none. */
  exitCode(): number | null
  /** Restores the platform's own signal handling. */
  close(): void
}

const codes: Readonly<Record<string, number>> = {
  SIGINT: exitCodes.interrupted,
  SIGTERM: exitCodes.terminated,
  SIGHUP: 129,
}

export function onInterrupt(): Interrupt {
  const controller = new AbortController()
  let exitCode: number | null = null
  const handle = (name: NodeJS.Signals): void => {
    const code = codes[name] ?? exitCodes.interrupted
    if (exitCode !== null) process.exit(code)
    exitCode = code
    controller.abort()
  }
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, handle)
  return {
    signal: controller.signal,
    exitCode: () => exitCode,
    close: () => {
      for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(name, handle)
    },
  }
}
