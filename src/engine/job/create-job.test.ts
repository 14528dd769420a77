import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeDir } from '../../../test/helpers/made-dirs.ts'
import { makeSource } from '../../../test/helpers/source-repository.ts'
import { isAdvanceDue, journalOf } from '../../../test/helpers/stored-job.ts'
import { openTestEngine, type TestEngine } from '../../../test/helpers/test-engine.ts'
import { Settings } from '../../contract/backend.ts'
import type { NewJob } from '../../contract/job.ts'
import { newId } from '../../lib/ids.ts'
import { readDocuments } from '../../store/documents.ts'
import { readJob, type JobRow } from '../../store/jobs.ts'
import { writeSettings } from '../../store/server/settings.ts'
import { openOwnProgram } from '../own-program.ts'
import { openCreateJob, type Created, type Creation } from './create-job.ts'

let opened: TestEngine
let engine: TestEngine['engine']
let createJob: (creation: Creation) => Promise<Created>

beforeAll(async () => {
  opened = await openTestEngine()
  ;({ engine } = opened)
  createJob = openCreateJob(engine)
})
afterAll(() => opened.close())

const plain: Omit<Creation, 'input'> = { documents: [], idempotencyKey: null }

function create(input: Partial<NewJob> = {}, more: Partial<Creation> = {}): Promise<Created> {
  return createJob({ input: { vision: 'a calculator', ...input }, ...plain, ...more })
}

async function jobOf({ id }: Created): Promise<JobRow> {
  const job = await readJob(engine.db.reader, id)
  if (job === null) throw new Error(`no job ${id}`)
  return job
}

async function changeSettings(settings: Partial<Settings>): Promise<void> {
  await engine.db.tx((trx) => writeSettings(trx, Settings.parse(settings)))
  engine.settingsChanged()
}

/** A document as a request brings it: with an id of its own each time. */
const document = (text = 'hello'): Creation['documents'][number] => ({
  id: newId(),
  name: 'a.txt',
  mediaType: 'text/plain',
  content: Buffer.from(text),
})

describe('an accepted job', () => {
  it('is due from the transaction that stores it, together with its first event', async () => {
    const created = await create()
    expect(created.replayed).toBe(false)
    expect(await isAdvanceDue(engine.db, created.id)).toBe(true)
    expect(await journalOf(engine.db, created.id)).toEqual([])
    expect(await jobOf(created)).toMatchObject({
      vision: 'a calculator',
      title: 'a calculator',
      backend: 'offline',
      mode: 'team',
      status: 'queued',
      last_seq: 1,
    })
  })

  it('has the requested values, and the defaults of the settings for the rest', async () => {
    await changeSettings({
      defaults: {
        mode: 'solo',
        parallelism: 5,
        approve_plan: true,
        permissions: 'ask',
        checks: ['npm test'],
      },
    })
    const usual = {
      mode: 'solo',
      parallelism: 5,
      permissions: 'ask',
      checks: ['npm test'],
      setup: [],
      model: null,
      models: {},
      budget: null,
      priority: 'normal',
    }
    expect(await jobOf(await create())).toMatchObject({ ...usual, approve_plan: false })
    expect(await jobOf(await create({ mode: 'team' }))).toMatchObject({ mode: 'team', approve_plan: true })
    const wanted = {
      mode: 'team',
      parallelism: 1,
      permissions: 'deny',
      checks: [],
      setup: ['npm ci'],
      model: 'large',
      models: { tester: 'small' },
      budget: { usd: 1 },
      priority: 'high',
    } as const satisfies Partial<NewJob>
    const job = await jobOf(await create({ ...wanted, approve_plan: false, checks: [], setup: ['npm ci'] }))
    expect(job).toMatchObject({ ...wanted, approve_plan: false })
    await changeSettings({})
  })

  it('keeps its documents', async () => {
    const { id } = await create({}, { documents: [document()] })
    expect(await readDocuments(engine.db.reader, id)).toEqual([
      { name: 'a.txt', content: expect.objectContaining({ length: 5 }) },
    ])
  })

  it('may arrive together with many others', async () => {
    const created = await Promise.all(Array.from({ length: 30 }, () => create()))
    expect(new Set(created.map(({ id }) => id)).size).toBe(30)
    for (const one of created) expect(await isAdvanceDue(engine.db, one.id)).toBe(true)
  })

  it('may be hidden from everyone but the server', async () => {
    const { id } = await create({}, { isHidden: true })
    const row = await engine.db.reader
      .selectFrom('jobs')
      .select('hidden')
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    expect(row.hidden).toBe(1)
  })
})

describe('an idempotency key', () => {
  it('gives the same job for the same request, even for concurrent ones', async () => {
    const idempotencyKey = newId()
    const ask = (): Promise<Created> => create({}, { idempotencyKey, documents: [document()] })
    const both = await Promise.all([ask(), ask()])
    expect(new Set(both.map(({ id }) => id)).size).toBe(1)
    expect(both.filter(({ replayed }) => replayed)).toHaveLength(1)
    expect(await ask()).toEqual({ id: both[0]?.id, replayed: true })
  })

  it.each([
    ['another vision', { vision: 'a clock' }, {}],
    ['other documents', {}, { documents: [document('bye')] }],
    ['no document', {}, { documents: [] }],
  ])('is refused for %s', async (_what, input, more) => {
    const idempotencyKey = newId()
    await create({}, { idempotencyKey, documents: [document()] })
    const again = create(input, { idempotencyKey, documents: [document()], ...more })
    await expect(again).rejects.toMatchObject({ code: 'idempotency_key_reused' })
  })
})

describe('backends', () => {
  const custom = { name: 'mine', command: [process.execPath, '--version'], env: {} }

  it('are the default one, or those named for the job and for each role', async () => {
    await changeSettings({ backends: [custom], default_backend: 'mine' })
    expect(await jobOf(await create())).toMatchObject({ backend: 'mine', agents: {} })
    expect(await jobOf(await create({ backend: 'offline', agents: { tester: 'mine' } }))).toMatchObject({
      backend: 'offline',
      agents: { tester: 'mine' },
    })
    await changeSettings({})
  })

  it('that do not exist or cannot be used are refused with an explanation', async () => {
    await expect(create({ backend: 'nobody' })).rejects.toMatchObject({
      code: 'unknown_backend',
      message: expect.stringContaining('choose one of'),
    })
    await expect(create({ agents: { tester: 'nobody' } })).rejects.toMatchObject({ code: 'unknown_backend' })
    await expect(create({ backend: 'team' })).rejects.toMatchObject({
      code: 'backend_unavailable',
      message: expect.stringContaining('connect a provider'),
    })
  })

  it('are detected again before a job is refused', async () => {
    const program = path.join(makeDir('slipway-program-'), 'agent')
    await changeSettings({ backends: [{ ...custom, command: [program] }] })
    await expect(create({ backend: 'mine' })).rejects.toMatchObject({ code: 'backend_unavailable' })
    fs.writeFileSync(program, '#!/bin/sh\n', { mode: 0o755 })
    expect(await jobOf(await create({ backend: 'mine' }))).toMatchObject({ backend: 'mine' })
    await changeSettings({})
  })

  it('that are missing because the program was replaced are reported as such', async () => {
    const program = openOwnProgram(makeDir('slipway-gone-'), '1.0.0')
    const refused = openCreateJob({ ...engine, program })({
      input: { vision: 'v', backend: 'nobody' },
      ...plain,
    })
    await expect(refused).rejects.toMatchObject({
      code: 'upgraded',
      message: expect.stringContaining('restart the server'),
    })
  })

  it('are refused if none can be used', async () => {
    const catalogue = { ...engine.catalogue, list: () => Promise.resolve([]) }
    const refused = openCreateJob({ ...engine, catalogue })({ input: { vision: 'v' }, ...plain })
    await expect(refused).rejects.toMatchObject({ code: 'no_backend' })
  })
})

describe('a source', () => {
  it('is checked before the job is accepted, once for all concurrent requests, and gives its branch', async () => {
    const source = makeSource(path.join(makeDir('slipway-source-'), 'repo'))
    const created = await Promise.all([create({ source }), create({ source })])
    for (const one of created) expect(await jobOf(one)).toMatchObject({ source, branch: 'trunk' })
    expect(await jobOf(await create())).toMatchObject({ source: null, branch: 'main' })
  })

  it('that cannot be used is refused, with the name of its field', async () => {
    await expect(create({ source: '/nowhere/at/all' })).rejects.toMatchObject({
      code: 'bad_source',
      issues: [{ path: 'source', message: expect.stringContaining('/nowhere/at/all') }],
    })
  })

  it('waits if too many others are being checked', async () => {
    const sources = Array.from({ length: 17 }, (_, n) => `/nowhere/${n}`)
    const refused = await Promise.all(
      sources.map((source) => create({ source }).catch((error: unknown) => error)),
    )
    const codes = refused.map((error) => (error instanceof Error && 'code' in error ? error.code : null))
    expect(codes.filter((code) => code === 'busy')).toHaveLength(1)
    expect(codes.filter((code) => code === 'bad_source')).toHaveLength(16)
  })
})

it('a solo job makes no plan that could wait for approval', async () => {
  await expect(create({ mode: 'solo', approve_plan: true })).rejects.toMatchObject({
    code: 'no_plan_to_approve',
  })
})

it('nothing is accepted while the disk is full, except repeated requests', async () => {
  const key = { idempotencyKey: newId() }
  const { id } = await create({}, key)
  const limits = { ...engine.limits, freeDiskBytes: Number.MAX_SAFE_INTEGER }
  const full = openCreateJob({ ...engine, limits })
  await expect(full({ input: { vision: 'v' }, ...plain })).rejects.toMatchObject({
    code: 'disk_full',
    message: expect.stringContaining('make room'),
  })
  expect(await full({ input: { vision: 'a calculator' }, ...plain, ...key })).toEqual({ id, replayed: true })
})
