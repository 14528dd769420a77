import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { TaskBrief } from '../contract/brief.ts'
import { Role } from '../contract/words.ts'
import { openRoles, renderPrompt } from './render-prompt.ts'

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'roles-'))
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

function brief(change: Partial<TaskBrief> = {}): TaskBrief {
  return {
    slipway: 1,
    role: 'developer',
    mode: 'team',
    permissions: 'sandbox',
    vision: 'a calculator with {{title}} and $& in it\n\n\n\nand a gap',
    task: {
      id: '1',
      key: 'engine',
      title: 'Evaluate',
      description: 'Write it.',
      acceptance: ['2 + 2 is 4'],
      checks: ['node --test', 'echo `date`'],
    },
    attempt: 1,
    feedback: [],
    base_commit: '0123456789',
    ...change,
  }
}

describe('prompts', () => {
  it.each(Role.options)(
    'contain the vision and the task for the %s, and no unfilled placeholders',
    (role) => {
      const prompt = renderPrompt(brief({ role }))
      expect(prompt).toContain('a calculator with {{title}} and $& in it\n\n\n\nand a gap')
      expect(prompt).toContain('Task: Evaluate (engine)')
      expect(prompt.replace('{{title}}', '')).not.toContain('{{')
    },
  )

  it('ask only a single agent to write its checks, and not in a repair', () => {
    const solo = renderPrompt(brief({ mode: 'solo' }))
    expect(solo).toContain('.slipway/checks.json')
    const repair = brief({ mode: 'solo' })
    expect(renderPrompt({ ...repair, task: { ...repair.task, key: 'repair-1' } })).not.toContain(
      '.slipway/checks.json',
    )
  })

  it.each(Role.options.filter((role) => role !== 'reviewer'))(
    'tell the %s how to ask a person where one answers, and else to decide and to write that down',
    (role) => {
      for (const mode of ['team', 'solo'] as const) {
        const attended = renderPrompt(brief({ role, mode, permissions: 'ask' }))
        expect(attended).toContain('`ask_person`')
        expect(attended).toContain('`slipway-board ask "<question>"')
        expect(attended).not.toContain('Nobody answers questions')
        for (const permissions of ['sandbox', 'deny'] as const) {
          const alone = renderPrompt(brief({ role, mode, permissions }))
          expect(alone).toContain('Nobody answers questions in this job')
          expect(alone).toContain('write down what you decided')
          expect(alone).not.toContain('ask_person')
        }
      }
    },
  )

  it('show why work was sent back, with logs that are fenced and limited', () => {
    const log = `first line\n\`\`\`\n${'x'.repeat(50_000)}\nlast line`
    const feedback = Array.from({ length: 12 }, () => ({
      kind: 'check' as const,
      summary: 'The check "node --test" failed.',
      log,
    }))
    const prompt = renderPrompt(brief({ attempt: 2, feedback }))
    expect(prompt).toContain('This is attempt 2')
    expect(prompt).toMatch(/````\nfirst line[^]*last line\n````/)
    expect(prompt.length).toBeLessThan(40_000)
  })

  it('can be replaced one by one, and an unknown placeholder is an error', () => {
    fs.writeFileSync(path.join(folder, 'developer.md'), 'Mine: {{title}} {{feedback}}')
    expect(openRoles(folder).render(brief())).toBe('Mine: Evaluate\n')
    expect(openRoles(folder).render(brief({ role: 'reviewer' }))).toContain('review.json')
    fs.writeFileSync(path.join(folder, 'tester.md'), '{{titel}}')
    expect(() => openRoles(folder)).toThrow(/tester\.md has the placeholder \{\{titel\}\}/)
    expect(() => openRoles(path.join(folder, 'missing'))).toThrow(/ENOENT/)
  })
})
