import { methods, RequestError, type ClientContext, type SessionConfigOption } from '@agentclientprotocol/sdk'
import type { PermissionPolicy } from '../../contract/permission.ts'
import type { SessionPreferences } from '../profile.ts'
import type { StartedSession } from './start-session.ts'

/** Settings applied to a session before its first prompt. */
export interface SetUp {
  readonly preferences: SessionPreferences
  readonly policy: PermissionPolicy
  /** The model chosen by a person; null leaves the choice to the agent. */
  readonly model: string | null
  readonly title: string
}

/**
 * Sets mode, options and model explicitly, because the defaults of some agents approve everything. Settings that the agent
 * does not offer are skipped. Returns the model in use, as far as the agent reports it.
 */
export async function setUpSession(
  agent: ClientContext,
  { sessionId, offer, origin, takesTitle }: StartedSession,
  { preferences, policy, model, title }: SetUp,
): Promise<string | null> {
  if (origin === 'new' && takesTitle) await setTitle(agent, sessionId, title)
  const options = offer.configOptions ?? []
  const mode = preferences.modes[policy]
  const modes = offer.modes?.availableModes ?? []
  if (mode !== undefined && modes.some((each) => each.id === mode))
    await agent.request(methods.agent.session.setMode, { sessionId, modeId: mode })
  else if (mode !== undefined) await setOption(agent, sessionId, inCategory(options, 'mode'), mode)
  for (const [id, value] of Object.entries(preferences.config))
    await setOption(
      agent,
      sessionId,
      options.find((option) => option.id === id),
      value,
    )
  return setModel(agent, { sessionId, offer }, model)
}

/** Sets the chosen model, if it is offered; returns the model in use. */
async function setModel(
  agent: ClientContext,
  { sessionId, offer }: Pick<StartedSession, 'sessionId' | 'offer'>,
  model: string | null,
): Promise<string | null> {
  const choice = inCategory(offer.configOptions ?? [], 'model')
  if (model === null) return choice?.type === 'select' ? choice.currentValue : modelsOf(offer).current
  if (choice !== undefined) await setOption(agent, sessionId, choice, model)
  else if (modelsOf(offer).ids.includes(model))
    await agent.request('session/set_model', { sessionId, modelId: model })
  return model
}

/** Sets the title, because an agent may otherwise ask a model for one, which costs a call. A refused request is not an error. */
async function setTitle(agent: ClientContext, sessionId: string, title: string): Promise<void> {
  try {
    await agent.request('session/set_title', { sessionId, title })
  } catch (error) {
    if (!(error instanceof RequestError)) throw error
  }
}

/** Some agents put additional options in a category: their provider next to their model. */
function inCategory(
  options: readonly SessionConfigOption[],
  category: string,
): SessionConfigOption | undefined {
  const all = options.filter((option) => option.category === category)
  return all.find((option) => option.id === category) ?? all[0]
}

async function setOption(
  agent: ClientContext,
  sessionId: string,
  option: SessionConfigOption | undefined,
  value: string | boolean,
): Promise<void> {
  if (option === undefined) return
  const about = { sessionId, configId: option.id }
  if (option.type === 'boolean') {
    if (typeof value === 'boolean')
      await agent.request(methods.agent.session.setConfigOption, { ...about, type: 'boolean', value })
    return
  }
  const values = option.options.flatMap((each) => ('group' in each ? each.options : [each]))
  if (typeof value === 'string' && values.some((each) => each.value === value))
    await agent.request(methods.agent.session.setConfigOption, { ...about, value })
}

/** Older agents, from before session options existed, offer their models in a separate field. */
function modelsOf(offer: object): { readonly ids: readonly string[]; readonly current: string | null } {
  const models: unknown = 'models' in offer ? offer.models : null
  if (typeof models !== 'object' || models === null) return { ids: [], current: null }
  const list: unknown = 'availableModels' in models ? models.availableModels : []
  const ids = Array.isArray(list)
    ? list.flatMap((each: unknown) =>
        typeof each === 'object' && each !== null && 'modelId' in each && typeof each.modelId === 'string'
          ? [each.modelId]
          : [],
      )
    : []
  const current = 'currentModelId' in models ? models.currentModelId : null
  return { ids, current: typeof current === 'string' ? current : null }
}
