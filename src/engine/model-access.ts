import type { Access } from '../agents/prepare-launch.ts'
import type { Profile } from '../agents/profile.ts'
import { AppError } from '../lib/app-error.ts'
import type { Caller, Grant } from '../models/grants.ts'
import type { Engine } from './engine.ts'
import { reachOf } from './reach.ts'

/** An agent's way to models. It ends with `close`, or with the signal. */
export interface ModelAccess {
  readonly access: Access
  readonly provider: string | null
  close(): Promise<void>
}

/** Opens the way to models for one session of a backend. Throws `AppError` when the backend has none. */
export async function openAccess(
  engine: Engine,
  profile: Profile,
  caller: Caller,
  signal: AbortSignal,
): Promise<ModelAccess> {
  const usable = (await engine.models.providers()).filter((provider) => provider.usable)
  const reach = reachOf(profile, usable, engine.ownHome)
  switch (reach.auth) {
    case null:
      throw new AppError(409, 'no_model', `The backend "${profile.id}" cannot be used: ${reach.reason}`)
    case 'own':
    case 'none':
      return { access: { gateway: null, model: null }, provider: null, close: () => Promise.resolve() }
    case 'gateway': {
      const grant: Grant = engine.models.gateway.open(caller)
      const end = (): void => void grant.close()
      signal.addEventListener('abort', end, { once: true })
      return {
        access: {
          gateway: { url: engine.models.gateway.url, token: grant.token, speech: reach.speech },
          model: reach.model,
        },
        provider: reach.provider,
        async close() {
          signal.removeEventListener('abort', end)
          await grant.close()
        },
      }
    }
  }
}
