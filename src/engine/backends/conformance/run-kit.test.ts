import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addFixture } from '../../../../test/helpers/real-work.ts'
import { openTestEngine, type TestEngine } from '../../../../test/helpers/test-engine.ts'
import type { Conformance } from '../../../contract/conformance.ts'
import type { Contact } from '../../../sandbox/contacts.ts'
import type { Walls } from '../../../sandbox/walls.ts'
import { readConformance } from '../../../store/server/conformance.ts'
import type { Engine } from '../../engine.ts'
import { judgeContacts } from './judge-contacts.ts'
import { runKit } from './run-kit.ts'

let opened: TestEngine
let engine: Engine

beforeAll(async () => {
  opened = await openTestEngine()
  ;({ engine } = opened)
})
afterAll(() => opened.close())

const resultsOf = (found: Conformance): Record<string, string> =>
  Object.fromEntries(found.cases.map((one) => [one.case, one.result]))
const sentenceOf = (found: Conformance, name: string): string | undefined =>
  found.cases.find((one) => one.case === name)?.sentence

describe('the kit', () => {
  it.concurrent('passes an agent that follows its orders, and stores the result', async () => {
    const name = await addFixture(engine, { obey: true, asks: true })
    const found = await runKit(engine, name)
    expect(resultsOf(found)).toEqual({
      start: 'pass',
      write: 'pass',
      command: 'pass',
      ask_allow: 'pass',
      ask_refuse: 'pass',
      cancel: 'pass',
      kill: 'pass',
      resume: 'pass',
      usage: 'pass',
      model: 'skip',
      inside: 'pass',
      contacts: 'pass',
      orphans: 'pass',
    })
    expect((await readConformance(engine.db.reader)).get(name)).toEqual(found)
  })

  it.concurrent('fails an agent that lies, and reports what was found', async () => {
    const found = await runKit(engine, await addFixture(engine, { obey: true, lies: true }))
    expect(resultsOf(found)).toMatchObject({
      start: 'pass',
      write: 'fail',
      command: 'fail',
      ask_allow: 'skip',
      ask_refuse: 'skip',
      cancel: 'fail',
      kill: 'fail',
      resume: 'fail',
      inside: 'skip',
    })
    expect(sentenceOf(found, 'write')).toBe('It ended its turn, and there is no file.')
  })

  it.concurrent('skips all other cases for a backend that does not start, and runs only once at a time', async () => {
    const name = await addFixture(engine, { start: 'exit' })
    const [one, other] = await Promise.allSettled([runKit(engine, name), runKit(engine, name)])
    const found = [one, other].flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []))
    expect(found.map(resultsOf)).toMatchObject([{ start: 'fail', write: 'skip', kill: 'skip' }])
    const refused = [one, other].flatMap((end) => (end.status === 'rejected' ? [end.reason as unknown] : []))
    expect(refused).toMatchObject([{ code: 'test_underway' }])
    await expect(runKit(engine, 'nobody')).rejects.toMatchObject({ code: 'backend_not_found' })
  })

  it.concurrent('does not wait for ever', async () => {
    const hanging = await addFixture(engine, { turn: [{ hang: true }] })
    const found = await runKit({ ...engine, limits: { ...engine.limits, kitCaseMs: 500 } }, hanging)
    expect(sentenceOf(found, 'start')).toBe('It was not done within 0.5 s.')
  })
})

describe('the contacts of an agent', () => {
  const gatewayUrl = 'http://127.0.0.1:4000'
  const contact = (address: string | null): Contact =>
    ({ protocol: 'tcp', address, program: 'node' }) as Contact
  const judge = (
    contacts: readonly Contact[] | null,
    { looks = 5, throughGateway = false, login = false, walls = 'bubblewrap' as Walls } = {},
  ): string => {
    const launcher = { ...engine.launcher, walls }
    const models = { ...engine.models, gateway: { ...engine.models.gateway, url: gatewayUrl } }
    const watch =
      contacts === null
        ? null
        : {
            contacts: () => [...contacts],
            samples: () => ({ count: looks, everyMs: 20 }),
            close: () => undefined,
          }
    const profile = { login: login ? ['login.json'] : [] }
    const { result, sentence } = judgeContacts({ launcher, models }, profile, { watch, throughGateway })
    return `${result}: ${sentence}`
  }

  it.each([
    [
      'nobody',
      judge.bind(null, []),
      'pass: It contacted nobody, in 5 looks at its sockets, one every 20 ms.',
    ],
    [
      'the gateway alone',
      () => judge([contact('127.0.0.1:4000')], { throughGateway: true }),
      'pass: It contacted only the gateway, in 5 looks',
    ],
    ['somebody else', () => judge([contact('1.2.3.4:443')]), 'fail: It contacted 1.2.3.4:443 (tcp, node).'],
    [
      'somebody else with a login of its own',
      () => judge([contact('1.2.3.4:443')], { login: true }),
      'skip: It works with a login of its own. It contacted 1.2.3.4:443',
    ],
    [
      'many',
      () => judge(Array.from({ length: 7 }, () => contact(null))),
      'fail: It contacted an unknown address (tcp, node)',
    ],
    [
      'many, of whom some are named',
      () => judge(Array.from({ length: 7 }, () => contact(null))),
      ' and 2 more.',
    ],
    ['what nobody can see', () => judge(null), 'skip: This machine does not show'],
    [
      'what these walls let go',
      () => judge([], { walls: 'process-group' }),
      'skip: These walls (process-group)',
    ],
    ['what nobody looked at', () => judge([], { looks: 0 }), 'skip: It ran too shortly'],
    [
      'what nobody saw of its calls',
      () => judge([], { throughGateway: true }),
      'skip: Not even its calls to the gateway were seen',
    ],
  ])('are judged: %s', (_what, judged, expected) => {
    expect(judged()).toContain(expected)
  })
})
