import fs from 'node:fs'
import path from 'node:path'
import type { Profile } from '../../agents/profile.ts'
import type { ModelRoute } from '../../agents/model-route.ts'
import type { Provider } from '../../contract/provider.ts'
import { chooseProvider } from '../../models/choose-provider.ts'
import type { KnownProvider } from './models.ts'

/**
 * Returns the current route of a backend to a model. The gateway comes first, because the agent never sees its key and every token
 * is counted. `usable` are the providers that can be called; `ownHome` is the HOME of the person whose logins agents may
 * use.
 */
export function modelRouteFor(profile: Profile, usable: readonly Provider[], ownHome: string): ModelRoute {
  const wire = profile.gateway?.wire
  const provider = wire === undefined ? null : chooseProvider(usable, wire, profile.id)
  if (provider !== null)
    return {
      auth: 'gateway',
      provider: provider.name,
      speech: provider.responses && provider.wire === 'openai' ? 'openai-responses' : provider.wire,
      model: provider.model ?? profile.gateway?.model ?? null,
    }
  if (profile.login.some((file) => fs.existsSync(path.join(ownHome, file))))
    return { auth: 'own', isCertain: true }
  if (wire === undefined)
    return profile.login.length === 0 ? { auth: 'none' } : { auth: 'own', isCertain: false }
  if (wire === 'any')
    return {
      auth: null,
      reason:
        'It has no access to a model: connect a provider with a model, as in `slipway providers set anthropic --key --model <model>`.',
    }
  const orLogIn = profile.login.length === 0 ? '' : ', or log in with it as the user who runs Slipway'
  return {
    auth: null,
    reason: `It has no access to a model: set the key of a provider that speaks ${wire}, as in \`slipway providers set ${wire} --key\`${orLogIn}.`,
  }
}

/** Returns the route of a new job to a model, ignoring providers whose last probe had its key refused. */
export function modelRouteNow(
  profile: Profile,
  providers: readonly KnownProvider[],
  ownHome: string,
): ModelRoute {
  const usable = providers.filter((provider) => provider.usable)
  const current = modelRouteFor(
    profile,
    usable.filter((provider) => provider.probe?.result !== 'refused'),
    ownHome,
  )
  if (current.auth !== null) return current
  const preferred = modelRouteFor(profile, usable, ownHome)
  const refused =
    preferred.auth === 'gateway' ? usable.find(({ name }) => name === preferred.provider) : undefined
  if (refused === undefined) return current
  return {
    auth: null,
    reason: `It has no access to a model: the provider "${refused.name}" refused the key (${refused.probe?.said ?? 'no reason given'}). Set another, as in \`slipway secrets set ${refused.secret ?? refused.name}\`.`,
  }
}
