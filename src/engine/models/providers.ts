import { Provider, type ProviderInput, type ProviderView, type SecretView } from '../../contract/provider.ts'
import { AppError } from '../../lib/app-error.ts'
import { isoTime } from '../../lib/clock.ts'
import { knownProviders } from '../../models/known-providers.ts'
import type { Trx } from '../../store/database/database.ts'
import { jobsWaitingFor } from '../../store/jobs.ts'
import {
  deleteProvider,
  forgiveProviders,
  lockProviders,
  readProviders,
  writeProvider,
  writeTrouble,
} from '../../store/models/providers.ts'
import { deleteSecret, listSecrets, writeSecret } from '../../store/models/secrets.ts'
import type { Engine } from '../engine.ts'
import { queueAdvance } from '../job-transactions.ts'
import type { KnownProvider } from './models.ts'

/** The maximum number of providers; more are a mistake. */
const MAX_PROVIDERS = 50

export async function viewProviders(engine: Engine): Promise<ProviderView[]> {
  return (await engine.models.providers()).map((provider) => toView(engine, provider))
}

/** Adds or replaces a provider and probes it. Throws `AppError` for an unknown provider without enough fields. */
export async function setProvider(engine: Engine, name: string, input: ProviderInput): Promise<ProviderView> {
  await engine.db.tx(async (trx) => {
    const all = await lockProviders(trx)
    const before = all.find((provider) => provider.name === name)
    if (before === undefined && all.length >= MAX_PROVIDERS)
      throw new AppError('too_many_providers', 'There are as many providers as there can be: remove one.')
    await writeProvider(trx, complete(name, input, before))
  })
  await tryAndWake(engine, [name])
  return findProvider(engine, name)
}

/** Completes an input with the stored provider, then with what Slipway knows of a provider of this name. */
function complete(name: string, input: ProviderInput, before: Provider | undefined): Provider {
  const plain = { name, secret: name, header: null, headers: {}, model: null, backends: [] }
  const given = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined))
  const provider = Provider.safeParse({ ...plain, ...knownProviders[name], ...before, ...given })
  if (!provider.success)
    throw new AppError(
      'incomplete_provider',
      `Slipway does not know a provider "${name}": give its wire and its base_url, or choose one of ${Object.keys(knownProviders).join(', ')}.`,
    )
  return provider.data
}

export async function removeProvider(engine: Engine, name: string): Promise<void> {
  await engine.db.tx(async (trx) => {
    if (!(await deleteProvider(trx, name))) throw unknownProvider(name)
    await wake(engine, trx)
  })
  changed(engine)
}

/** Clears the trouble of a provider that a person has repaired: jobs that wait for it try again. */
export async function retryProvider(engine: Engine, name: string): Promise<ProviderView> {
  await engine.db.tx(async (trx) => {
    if (!(await writeTrouble(trx, name, null))) throw unknownProvider(name)
  })
  await tryAndWake(engine, [name])
  return findProvider(engine, name)
}

async function findProvider(engine: Engine, name: string): Promise<ProviderView> {
  const found = (await viewProviders(engine)).find((provider) => provider.name === name)
  if (found === undefined) throw unknownProvider(name)
  return found
}

/** Probes changed providers, then wakes the jobs that wait for a provider. */
async function tryAndWake(engine: Engine, names: readonly string[]): Promise<void> {
  engine.models.changed()
  await Promise.all(names.map((name) => engine.models.tryProvider(name)))
  await engine.db.tx((trx) => wake(engine, trx))
  changed(engine)
}

/** Queues an `advance` of the jobs that wait for a provider. */
async function wake(engine: Engine, trx: Trx): Promise<void> {
  await queueAdvance(trx, await jobsWaitingFor(trx, 'backend'))
}

export function viewSecrets(engine: Engine): Promise<SecretView[]> {
  return listSecrets(engine.db.reader)
}

/** Stores a secret, which only the gateway sees from then on, and probes the providers that use it as their key. */
export async function setSecret(engine: Engine, name: string, value: string): Promise<SecretView> {
  const sealed = await engine.models.vault.seal(name, value)
  await engine.db.tx(async (trx) => {
    await writeSecret(trx, name, sealed)
    await forgiveProviders(trx, name)
  })
  const keyed = (await readProviders(engine.db.reader)).filter((provider) => provider.secret === name)
  await tryAndWake(
    engine,
    keyed.map((provider) => provider.name),
  )
  const set = (await viewSecrets(engine)).find((secret) => secret.name === name)
  if (set === undefined) throw unknownSecret(name)
  return set
}

export async function removeSecret(engine: Engine, name: string): Promise<void> {
  if (!(await engine.db.tx((trx) => deleteSecret(trx, name)))) throw unknownSecret(name)
  changed(engine)
}

/** Invalidates cached providers and settings: which backends can work depends on both. */
function changed(engine: Engine): void {
  engine.models.changed()
  engine.settingsChanged()
}

/** Copies field by field, because the key must not leave this process. Temporary outages are known to the gateway only. */
function toView(engine: Engine, provider: KnownProvider): ProviderView {
  const outage = engine.models.gateway.outage(provider.name)
  const passing =
    outage === null
      ? null
      : {
          reason: outage.reason,
          since: isoTime(new Date(outage.since)),
          until: isoTime(new Date(outage.until)),
        }
  return {
    ...Provider.parse(provider),
    usable: provider.usable,
    trouble: provider.trouble ?? passing,
    probe: provider.probe,
  }
}

function unknownProvider(name: string): AppError {
  return new AppError('unknown_provider', `There is no provider "${name}".`)
}

function unknownSecret(name: string): AppError {
  return new AppError('unknown_secret', `There is no secret "${name}".`)
}
