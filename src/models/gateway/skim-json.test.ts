import fc from 'fast-check'
import { expect, it } from 'vitest'
import { skimJson, withField } from './skim-json.ts'

it('reads the small fields of an object as JSON does, whatever else it contains', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.boolean(), (object, pretty) => {
      const text = JSON.stringify(object, null, pretty ? 2 : 0)
      expect(skimJson(Buffer.from(text))?.fields).toEqual(JSON.parse(text))
    }),
  )
})

it('skips large fields', () => {
  const bytes = Buffer.from(JSON.stringify({ messages: ['x"\\'.repeat(50_000)], model: 'm', stream: true }))
  expect(skimJson(bytes)?.fields).toEqual({ model: 'm', stream: true })
})

it.each(['', '[]', '7', '{', '{"a"', '{"a":', '{"a":1', '{"a":"b', '{"a":[}', '{a:1}'])(
  'finds no object in %j',
  (text) => {
    expect(skimJson(Buffer.from(text))).toBeNull()
  },
)

it('sets a field and keeps the rest unchanged', () => {
  for (const text of ['{}', '{ "a": [1] }', '{"s":{"x":1},"a":"}"}', '{"a":1,"s":null}']) {
    const bytes = Buffer.from(text)
    const skimmed = skimJson(bytes)
    const changed = skimmed === null ? null : withField(bytes, skimmed, 's', { y: 2 })
    expect(JSON.parse(changed?.toString() ?? '')).toEqual({ ...JSON.parse(text), s: { y: 2 } })
  }
})
