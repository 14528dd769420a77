import { Provider, type ProviderInput, type ProviderView, type SecretView } from '../contract/provider.ts'
import { AppError } from '../lib/app-error.ts'
import { knownProviders } from '../models/known-providers.ts'
import { deleteProvider, readProviders, writeProvider } from '../store/providers.ts'
import { deleteSecret, listSecrets, writeSecret } from '../store/secrets.ts'
import type { Engine } from './engine.ts'
import type { KnownProvider } from './models.ts'

/** More providers than this are a mistake. */
const MAX_PROVIDERS = 50

export async function viewProviders(engine: Engine): Promise<ProviderView[]> {
  return (await engine.models.providers()).map(toView)
}

/** Adds a provider, or replaces one. Throws `AppError` for one that nothing is known of and that says too little. */
export async function setProvider(engine: Engine, name: string, input: ProviderInput): Promise<ProviderView> {
  await engine.db.tx(async (trx) => {
    const all = await readProviders(trx)
    const before = all.find((provider) => provider.name === name)
    if (before === undefined && all.length >= MAX_PROVIDERS)
      throw new AppError(
        400,
        'too_many_providers',
        'There are as many providers as there can be: remove one.',
      )
    await writeProvider(trx, complete(name, input, before))
  })
  changed(engine)
  const set = (await viewProviders(engine)).find((provider) => provider.name === name)
  if (set === undefined) throw unknownProvider(name)
  return set
}

/** What was said, else as it was, else what Slipway knows of a provider of this name. */
function complete(name: string, input: ProviderInput, before: Provider | undefined): Provider {
  const plain = { name, secret: name, header: null, headers: {}, model: null, backends: [] }
  const said = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined))
  const provider = Provider.safeParse({ ...plain, ...knownProviders[name], ...before, ...said })
  if (!provider.success)
    throw new AppError(
      400,
      'incomplete_provider',
      `Slipway knows no provider "${name}": say its wire and its base_url, or name one of ${Object.keys(knownProviders).join(', ')}.`,
    )
  return provider.data
}

export async function removeProvider(engine: Engine, name: string): Promise<void> {
  if (!(await engine.db.tx((trx) => deleteProvider(trx, name)))) throw unknownProvider(name)
  changed(engine)
}

export function viewSecrets(engine: Engine): Promise<SecretView[]> {
  return listSecrets(engine.db.reader)
}

/** Stores a secret; from here on nobody but the gateway sees its value. */
export async function setSecret(engine: Engine, name: string, value: string): Promise<SecretView> {
  const sealed = await engine.models.vault.seal(name, value)
  await engine.db.tx((trx) => writeSecret(trx, name, sealed))
  changed(engine)
  const set = (await viewSecrets(engine)).find((secret) => secret.name === name)
  if (set === undefined) throw unknownSecret(name)
  return set
}

export async function removeSecret(engine: Engine, name: string): Promise<void> {
  if (!(await engine.db.tx((trx) => deleteSecret(trx, name)))) throw unknownSecret(name)
  changed(engine)
}

/** Which backends can work depends on the providers, as it does on the settings. */
function changed(engine: Engine): void {
  engine.models.changed()
  engine.settingsChanged()
}

function toView({ key, ...provider }: KnownProvider): ProviderView {
  // The key must not leave this process, so it is taken out by name before anything else is done.
  void key
  return provider
}

function unknownProvider(name: string): AppError {
  return new AppError(404, 'unknown_provider', `There is no provider "${name}".`)
}

function unknownSecret(name: string): AppError {
  return new AppError(404, 'unknown_secret', `There is no secret "${name}".`)
}
