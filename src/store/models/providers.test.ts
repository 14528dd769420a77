import { afterEach, beforeEach, expect, it } from 'vitest'
import { openTestStore } from '../../../test/helpers/test-store.ts'
import type { Provider } from '../../contract/provider.ts'
import type { Database } from '../database/database.ts'
import {
  blockedProviders,
  deleteProvider,
  forgiveProviders,
  lockProviders,
  readProviders,
  writeProbe,
  writeProvider,
  writeTrouble,
} from './providers.ts'
import { deleteSecret, listSecrets, writeSecret } from './secrets.ts'

let db: Database

beforeEach(async () => {
  db = await openTestStore()
})
afterEach(() => db.close())

const provider = (name: string, more: Partial<Provider> = {}): Provider => ({
  name,
  wire: 'openai',
  base_url: 'https://api.example/v1',
  secret: name,
  header: null,
  headers: { 'X-Team': 'a' },
  responses: false,
  model: 'large',
  backends: ['codex'],
  ...more,
})
const trouble = { reason: 'the key was refused', since: 's', until: null }
const probe = { result: 'answered', said: null, at: 'a' } as const

async function write(...providers: readonly Provider[]): Promise<void> {
  await db.tx(async (trx) => {
    await lockProviders(trx)
    for (const one of providers) await writeProvider(trx, one)
  })
}

it('providers are in the order of their creation, each with its sealed key if it has one', async () => {
  const [b, a, none] = [provider('b'), provider('a'), provider('none', { secret: null })]
  expect(await readProviders(db.reader)).toEqual([])
  await db.tx((trx) => writeSecret(trx, 'b', 'sealed'))
  await write(b, a)
  await write(none)
  const bare = { trouble: null, probe: null }
  expect(await readProviders(db.reader)).toEqual([
    { ...b, sealed: 'sealed', ...bare },
    { ...a, sealed: null, ...bare },
    { ...none, sealed: null, ...bare },
  ])
  await db.tx((trx) => deleteProvider(trx, 'a'))
  await write(a)
  expect((await readProviders(db.reader)).map(({ name }) => name)).toEqual(['b', 'none', 'a'])
})

it('a changed provider keeps its place, and is tried again', async () => {
  await write(provider('a'), provider('b'))
  await db.tx(async (trx) => {
    await writeTrouble(trx, 'a', trouble)
    await writeProbe(trx, 'a', probe)
  })
  expect((await readProviders(db.reader))[0]).toMatchObject({ trouble, probe })
  await write(provider('a', { model: 'small', secret: 'other' }))
  expect(await readProviders(db.reader)).toMatchObject([
    { name: 'a', model: 'small', secret: 'other', trouble: null, probe: null },
    { name: 'b' },
  ])
})

it('a missing provider cannot be changed or deleted', async () => {
  const answers = await db.tx(async (trx) => [
    await deleteProvider(trx, 'nobody'),
    await writeTrouble(trx, 'nobody', trouble),
    await deleteSecret(trx, 'nobody'),
  ])
  expect(answers).toEqual([false, false, false])
  await write(provider('a'))
  expect(await db.tx((trx) => deleteProvider(trx, 'a'))).toBe(true)
  expect(await readProviders(db.reader)).toEqual([])
})

it('failing providers are blocked until the problem is cleared or their secret is set again', async () => {
  await write(provider('a'), provider('b', { secret: 'shared' }), provider('c', { secret: 'shared' }))
  const blocked = async (): Promise<string[]> =>
    (await blockedProviders(db.reader)).map(({ name, on }) => `${name}: ${on}`)
  await db.tx(async (trx) => {
    for (const name of ['c', 'a', 'b']) expect(await writeTrouble(trx, name, trouble)).toBe(true)
    await writeProbe(trx, 'b', probe)
  })
  expect(await blocked()).toEqual(['a', 'b', 'c'].map((name) => `${name}: the key was refused`))
  await db.tx((trx) => forgiveProviders(trx, 'shared'))
  expect(await blocked()).toEqual(['a: the key was refused'])
  expect((await readProviders(db.reader))[1]).toMatchObject({ trouble: null, probe: null })
  await db.tx((trx) => writeTrouble(trx, 'a', null))
  expect(await blocked()).toEqual([])
})

it('a lock on the providers is exclusive, even for one that does not exist yet', async () => {
  await Promise.all(
    ['a', 'b', 'c'].map((name) =>
      db.tx(async (trx) => {
        if ((await lockProviders(trx)).length === 0) await writeProvider(trx, provider(name))
      }),
    ),
  )
  expect(await readProviders(db.reader)).toHaveLength(1)
})

it('secrets are listed by name, without their values, and can be replaced and deleted', async () => {
  expect(await listSecrets(db.reader)).toEqual([])
  await db.tx(async (trx) => {
    await writeSecret(trx, 'b', 'one')
    await writeSecret(trx, 'a', 'two')
    await writeSecret(trx, 'b', 'three')
  })
  const set_at = expect.stringMatching(/^\d{4}-/)
  expect(await listSecrets(db.reader)).toEqual([
    { name: 'a', set_at },
    { name: 'b', set_at },
  ])
  await write(provider('b'))
  expect(await readProviders(db.reader)).toMatchObject([{ sealed: 'three' }])
  expect(await db.tx((trx) => deleteSecret(trx, 'b'))).toBe(true)
  expect(await readProviders(db.reader)).toMatchObject([{ sealed: null }])
})
