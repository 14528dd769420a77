import type { Provider, ProviderProbe, ProviderTrouble } from '../../contract/provider.ts'
import { clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import { shareFor } from '../../lib/share-for.ts'
import { chooseProvider } from '../../models/choose-provider.ts'
import { openLedger } from './model-ledger.ts'
import type { GatewayLimits } from '../../models/gateway/gateway-context.ts'
import { openGateway, type FallbackHandler, type Gateway } from '../../models/gateway/gateway.ts'
import { openVault, type Vault } from '../../models/vault.ts'
import { openPrices } from '../../models/prices.ts'
import type { Database } from '../../store/database/database.ts'
import { readBudget } from '../../store/models/budgets.ts'
import {
  lockProviders,
  readProviders,
  writeProbe,
  writeTrouble,
  type ProviderRow,
} from '../../store/models/providers.ts'

/** A provider with its current key. */
export interface KnownProvider extends Provider {
  readonly key: string | null
  readonly usable: boolean
  readonly trouble: ProviderTrouble | null
  readonly probe: ProviderProbe | null
}

/** The model providers with their keys, and the gateway through which agents reach them. */
export interface Models {
  readonly vault: Vault
  readonly gateway: Gateway
  /** Returns the providers, at most half a second old, and never older than this process's last change. */
  providers(): Promise<readonly KnownProvider[]>
  /** Must be called after this process has changed a provider or a secret. */
  changed(): void
  /** Probes a provider with its key and stores the result. */
  tryProvider(name: string): Promise<void>
  close(): Promise<void>
}

export interface ModelOptions {
  readonly db: Database
  readonly log: Log
  readonly dataDir: string
  readonly port: number
  readonly limits: GatewayLimits
  /** Handles all other requests to the gateway's address. */
  readonly fallback: FallbackHandler
}

/** The time limit in ms of a provider's response to a probe. */
const PROBE_MS = 10_000

/** The delay in ms after which changes by other processes are seen. */
const PROVIDERS_MS = 500

export async function openModels(options: ModelOptions): Promise<Models> {
  const { db, log, dataDir, port, limits, fallback } = options
  const vault = openVault(dataDir)
  const known = shareFor(PROVIDERS_MS, async () =>
    Promise.all((await readProviders(db.reader)).map((row) => withKey(vault, log, row))),
  )
  const gateway = await openGateway({
    log,
    port,
    limits,
    fallback,
    prices: openPrices(dataDir, log),
    record: openLedger(db.patient),
    budget: (jobId) => readBudget(db.patient.reader, jobId),
    async reportTrouble(target, on) {
      const row = rowOf(await readProviders(db.patient.reader), target.name)
      // The key may have been replaced during the call: the new one has not been refused.
      if (row === undefined || (await withKey(vault, log, row)).key !== target.key) return
      const now = await db.patient.tx(async (trx) => {
        if (rowOf(await lockProviders(trx), target.name)?.sealed !== row.sealed) return false
        return writeTrouble(trx, target.name, { reason: on, since: clock.iso(), until: null })
      })
      if (now) log.warn({ provider: target.name, why: on }, 'a provider waits for a person')
      known.forget()
    },
    async target(wire, backend) {
      const usable = (await db.retryWhileAway(known.get)).filter((provider) => provider.usable)
      const provider = chooseProvider(usable, wire, backend)
      return provider === null
        ? null
        : { ...provider, baseUrl: provider.base_url, blocked: provider.trouble?.reason ?? null }
    },
  })
  return {
    vault,
    gateway,
    providers: known.get,
    changed: known.forget,
    async tryProvider(name) {
      const row = rowOf(await readProviders(db.reader), name)
      const candidate = row === undefined ? undefined : await withKey(vault, log, row)
      if (candidate?.usable !== true) return
      const found = await gateway.probe(
        { ...candidate, baseUrl: candidate.base_url, blocked: null },
        PROBE_MS,
      )
      await db.tx(async (trx) => {
        const now = rowOf(await lockProviders(trx), name)
        // If the provider was changed during the probe, the result is not about it.
        if (now === undefined || now.sealed !== row?.sealed || now.base_url !== candidate.base_url) return
        await writeProbe(trx, name, found)
        if (found.result !== 'refused') return
        const reason = `the provider "${name}": ${found.said}`
        await writeTrouble(trx, name, { reason, since: found.at, until: null })
      })
      known.forget()
    },
    close: gateway.close,
  }
}

function rowOf(rows: readonly ProviderRow[], name: string): ProviderRow | undefined {
  return rows.find((provider) => provider.name === name)
}

/** Adds the key to a provider. A key that cannot be read counts as missing: the provider is unusable until it is set again. */
async function withKey(vault: Vault, log: Log, row: ProviderRow): Promise<KnownProvider> {
  const { sealed, ...provider } = row
  if (provider.secret === null) return { ...provider, key: null, usable: true }
  if (sealed === null) return { ...provider, key: null, usable: false }
  try {
    return { ...provider, key: await vault.open(provider.secret, sealed), usable: true }
  } catch (error) {
    log.error({ err: error, provider: provider.name }, 'a key cannot be read')
    return { ...provider, key: null, usable: false }
  }
}
