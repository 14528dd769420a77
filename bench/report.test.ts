import { expect, it } from 'vitest'
import { markdownTable, ms, times, withSection } from './report.ts'

const section = (act: string, text: string): string => `## ${act}\n\n<!-- act: ${act} -->\n\n${text}\n`

it('a section takes the place of the one of its act, and a new one comes to the end', () => {
  const page = `# Page\n\n${section('one', 'old')}\n${section('two', 'stays')}`
  const renewed = withSection(page, 'one', section('one', 'new'))
  expect(renewed).toBe(`# Page\n\n${section('one', 'new')}\n${section('two', 'stays')}`)
  expect(withSection(renewed, 'three', section('three', 'last'))).toBe(
    `${renewed}\n${section('three', 'last')}`,
  )
})

it('figures have the digits that mean something', () => {
  expect([ms(1234.5), ms(0.12345), times(0.0333), times(15.4), times(473)]).toEqual([
    '1230 ms',
    '0.123 ms',
    '0.033x',
    '15x',
    '470x',
  ])
  expect(markdownTable(['a', 'b'], [['1', '']])).toBe('| a | b |\n|---|---|\n| 1 |  |')
})
