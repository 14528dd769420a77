import { expect, it } from 'vitest'
import { BackendName, DiffQuery, IdempotencyKey, idOf, RefQuery, RepositoryPath } from './params.ts'

it('an id is a UUID, and anything else is unknown', () => {
  const Id = idOf('task')
  expect(Id.safeParse('01a20c4b-0000-7000-8000-000000000000').success).toBe(true)
  for (const text of ['', '1', '01a20c4b', '../etc', 'a\u0000b']) {
    const [issue] = Id.safeParse(text).error?.issues ?? []
    expect(issue).toMatchObject({
      params: {
        refusal: { code: 'not_found', message: `There is no task ${JSON.stringify(text)}.` },
      },
    })
  }
})

it.each([
  ['src/a.ts', 'src/a.ts'],
  ['a%20b', 'a b'],
  ['ä', 'ä'],
  ['%c3%A4', 'ä'],
  ['%2e%2e%2fetc', '../etc'],
  ['%2541', '%41'],
])('the path %s is decoded once', (sent, path) => {
  expect(RepositoryPath.parse(sent).toString('utf8')).toBe(path)
})

it('a path may contain bytes that are not text', () => {
  expect(RepositoryPath.parse('%ff%00a')).toEqual(Buffer.from([0xff, 0, 0x61]))
})

it.each(['%', 'a%2', '%zz'])('the path %s is refused', (sent) => {
  expect(RepositoryPath.safeParse(sent).success).toBe(false)
})

it.each(['HEAD', 'main', 'feature/a.b+c', '0123abc', 'refs/slipway/attempts/1'])(
  '%s may name a commit',
  (ref) => {
    expect(RefQuery.parse({ ref })).toEqual({ ref })
    expect(DiffQuery.parse({ from: ref })).toEqual({ from: ref })
  },
)

it.each(['-x', '.hidden', 'a..b', 'main@{1}', 'a b', 'a\u0000', '', 'x'.repeat(201)])(
  '%j does not name a commit',
  (ref) => {
    expect(RefQuery.safeParse({ ref }).success).toBe(false)
  },
)

it('an idempotency key and the name of a backend allow few characters', () => {
  expect(IdempotencyKey.safeParse('x'.repeat(200)).success).toBe(true)
  for (const key of ['', 'a b', 'ä', 'x'.repeat(201)])
    expect(IdempotencyKey.safeParse(key).success).toBe(false)
  expect(BackendName.safeParse('claude-code_2').success).toBe(true)
  for (const name of ['', 'A', '-a', 'a/b', 'x'.repeat(65)])
    expect(BackendName.safeParse(name).success).toBe(false)
})
