import fs from 'node:fs'
import path from 'node:path'
import type { Profile } from '../agents/profile.ts'
import type { Reach } from '../agents/reach.ts'
import type { Provider } from '../contract/provider.ts'
import { chooseProvider } from '../models/choose-provider.ts'

/**
 * How a backend reaches a model now. The gateway comes first: a key that the agent never sees, metered to the token. `usable`
 * are the providers whose calls can be made; `ownHome` is the HOME of the person whose logins agents may use.
 */
export function reachOf(profile: Profile, usable: readonly Provider[], ownHome: string): Reach {
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
    return { auth: 'own', sure: true }
  if (wire === undefined) return profile.login.length === 0 ? { auth: 'none' } : { auth: 'own', sure: false }
  if (wire === 'any')
    return {
      auth: null,
      reason:
        'It reaches no model: connect a provider and say which model, as in `slipway providers set anthropic --key --model <model>`.',
    }
  const orLogIn = profile.login.length === 0 ? '' : ', or log in with it as the user who runs Slipway'
  return {
    auth: null,
    reason: `It reaches no model: set the key of a provider that speaks ${wire}, as in \`slipway providers set ${wire} --key\`${orLogIn}.`,
  }
}
