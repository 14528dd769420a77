import fs from 'node:fs'
import { expect, it } from 'vitest'
import { briefFromPrompt } from './read-brief.ts'

/** A prompt as a role would get it, from the Markdown that it is made of. */
function promptFor(file: string): string {
  const values: Record<string, string> = {
    vision: 'a\n\nb',
    title: 'Write (it)',
    key: 'one-two',
    checks: 'The checks of the task, each run by `sh -c`:\n\n- `node --test`\n- `` echo `date` ``',
    base_commit: '0123456',
  }
  const text = fs.readFileSync(new URL(`../../roles/${file}`, import.meta.url), 'utf8')
  return text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => values[name] ?? '')
}

const checks = ['node --test', 'echo `date`']
it.each([
  ['product-owner.md', { role: 'product_owner', mode: 'team', base_commit: '' }, []],
  ['architect.md', { role: 'architect', mode: 'team', base_commit: '' }, []],
  ['developer.md', { role: 'developer', mode: 'team', base_commit: '' }, checks],
  ['tester.md', { role: 'tester', mode: 'team', base_commit: '' }, checks],
  ['reviewer.md', { role: 'reviewer', mode: 'team', base_commit: '0123456' }, checks],
  ['solo.md', { role: 'developer', mode: 'solo', base_commit: '' }, checks],
] as const)('understands the prompt of %s', (file, expected, commands) => {
  expect(briefFromPrompt(promptFor(file))).toEqual({
    slipway: 1,
    ...expected,
    permissions: 'sandbox',
    vision: 'a\n\nb',
    task: { id: '', key: 'one-two', title: 'Write (it)', description: '', acceptance: [], checks: commands },
    attempt: 1,
    feedback: [],
  })
})

it('finds no task in a foreign prompt', () => {
  expect(briefFromPrompt('Who are you?')).toBeNull()
})
