import type { Access } from '../../agents/prepare-launch.ts'
import type { Profile } from '../../agents/profile.ts'
import { AppError } from '../../lib/app-error.ts'
import { isoTime } from '../../lib/clock.ts'
import { onAbort } from '../../lib/waiting.ts'
import type { Caller, Grant, Used } from '../../models/gateway/grants.ts'
import type { AttemptWait } from '../../domain/model.ts'
import type { Engine } from '../engine.ts'
import type { KnownProvider } from './models.ts'
import { modelRouteFor } from './model-route.ts'

/** An agent's access to models. It ends with `close` or with the signal. */
export interface ModelAccess {
  readonly access: Access
  readonly provider: string | null
  /** Aborted when no further call can succeed. */
  readonly halted: AbortSignal
  /** Returns why the agent's calls failed in the end, when that was not its fault; otherwise null. */
  wait(): AttemptWait | null
  /** Returns the usage counted by the gateway. */
  used(): Used
  close(): Promise<void>
}

/** Thrown when no model can be called now, through no fault of the attempt. */
export class NoModelNow extends Error {
  override readonly name = 'NoModelNow'
  readonly wait: AttemptWait

  constructor(wait: AttemptWait) {
    super(`No model can be called: ${wait.on}.`)
    this.wait = wait
  }
}

interface AccessOptions {
  readonly profile: Profile
  readonly caller: Caller
  /** The model that a person chose. */
  readonly model?: string | null
}

/**
 * Opens model access for one session of a backend. Throws `AppError` when the backend has none, and `NoModelNow` when its
 * provider is known to be failing.
 */
export async function openAccess(
  engine: Engine,
  { profile, caller, model = null }: AccessOptions,
  signal: AbortSignal,
): Promise<ModelAccess> {
  const usable = (await engine.models.providers()).filter((provider) => provider.usable)
  const route = modelRouteFor(profile, usable, engine.ownHome)
  switch (route.auth) {
    case null:
      throw new AppError('no_model', `The backend "${profile.id}" cannot be used: ${route.reason}`)
    case 'own':
    case 'none':
      return { ...withoutGateway, access: { gateway: null, model } }
    case 'gateway': {
      const wait = providerProblem(engine, usable, route.provider)
      if (wait !== null) throw new NoModelNow(wait)
      const grant: Grant = engine.models.gateway.open(caller)
      const stopListening = onAbort(signal, () => void grant.close())
      return {
        access: {
          gateway: { url: engine.models.gateway.url, token: grant.token, speech: route.speech },
          model: model ?? route.model,
        },
        provider: route.provider,
        halted: grant.halted,
        wait: grant.wait,
        used: grant.used,
        async close() {
          stopListening()
          await grant.close()
        },
      }
    }
  }
}

const withoutGateway: ModelAccess = {
  access: { gateway: null, model: null },
  provider: null,
  halted: new AbortController().signal,
  wait: () => null,
  used: () => ({ tokens: 0, models: [] }),
  close: () => Promise.resolve(),
}

function providerProblem(
  engine: Engine,
  providers: readonly KnownProvider[],
  name: string,
): AttemptWait | null {
  const problem = providers.find((provider) => provider.name === name)?.trouble ?? null
  if (problem !== null) return { for: 'backend', provider: name, on: problem.reason }
  const outage = engine.models.gateway.outage(name)
  if (outage === null) return null
  const on = `the provider "${name}": ${outage.reason}`
  return { for: 'retry', provider: name, on, until: isoTime(new Date(outage.until)) }
}
