import { methods, type ClientContext, type SessionConfigOption } from '@agentclientprotocol/sdk'
import type { PermissionPolicy } from '../../contract/permission.ts'
import type { SessionWishes } from '../profile.ts'
import type { StartedSession } from './start-session.ts'

/** What a session is set to before its first prompt. */
export interface SetUp {
  readonly wishes: SessionWishes
  readonly policy: PermissionPolicy
  /** The model that a person chose; null leaves it to the agent. */
  readonly model: string | null
}

/**
 * Sets mode, options and model explicitly, because the defaults of some agents approve everything. What the agent does
 * not offer is left out. Answers with the model it works with, as far as it tells.
 */
export async function setUpSession(
  agent: ClientContext,
  { sessionId, offer }: StartedSession,
  { wishes, policy, model }: SetUp,
): Promise<string | null> {
  const options = offer.configOptions ?? []
  const mode = wishes.modes[policy]
  const modes = offer.modes?.availableModes ?? []
  if (mode !== undefined && modes.some((each) => each.id === mode))
    await agent.request(methods.agent.session.setMode, { sessionId, modeId: mode })
  else if (mode !== undefined) await setOption(agent, sessionId, inCategory(options, 'mode'), mode)
  for (const [id, value] of Object.entries(wishes.config))
    await setOption(
      agent,
      sessionId,
      options.find((option) => option.id === id),
      value,
    )
  const choice = inCategory(options, 'model')
  if (model === null) return choice?.type === 'select' ? choice.currentValue : modelsOf(offer).current
  if (choice !== undefined) await setOption(agent, sessionId, choice, model)
  else if (modelsOf(offer).ids.includes(model))
    await agent.request('session/set_model', { sessionId, modelId: model })
  return model
}

function inCategory(
  options: readonly SessionConfigOption[],
  category: string,
): SessionConfigOption | undefined {
  return options.find((option) => option.category === category)
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

/** Agents of before there were options offer their models beside them. */
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
