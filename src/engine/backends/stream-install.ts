import type { InstallEvent } from '../../contract/backend.ts'
import { AppError } from '../../lib/app-error.ts'
import type { Engine } from '../engine.ts'
import { installBackend, requireInstallable } from './install-backend.ts'

/** Returns a function that starts the installation. Throws when there is no such backend or nothing to install. */
export async function streamInstall(
  engine: Engine,
  name: string,
): Promise<(signal: AbortSignal) => AsyncIterable<InstallEvent>> {
  await requireInstallable(engine, name)
  return (signal) => installation(engine, name, signal)
}

/** Yields the output of npm during an installation, then its result. Never throws. */
async function* installation(
  engine: Engine,
  name: string,
  signal: AbortSignal,
): AsyncGenerator<InstallEvent> {
  const waiting: InstallEvent[] = []
  let wake = Promise.withResolvers<void>()
  const send = (event: InstallEvent): void => {
    waiting.push(event)
    wake.resolve()
  }
  let ended = false
  void installBackend(engine, name, (output) => send({ output }), signal)
    .then((backend) => send({ backend }))
    .catch((error: unknown) => send(failure(error)))
    .finally(() => {
      ended = true
      wake.resolve()
    })
  while (!ended || waiting.length > 0) {
    if (waiting.length === 0) await wake.promise
    wake = Promise.withResolvers<void>()
    yield* waiting.splice(0)
  }
}

function failure(error: unknown): InstallEvent {
  return error instanceof AppError
    ? { error: error.message, code: error.code }
    : { error: error instanceof Error ? error.message : String(error), code: 'internal' }
}
