import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { Readable, Writable } from 'node:stream'
import {
  client,
  methods,
  ndJsonStream,
  PROTOCOL_VERSION,
  type ClientConnection,
  type SessionUpdate,
} from '@agentclientprotocol/sdk'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { eventually } from '../../../test/helpers/until.ts'
import { LeftChecks, type TaskBrief } from '../../contract/brief.ts'
import { Plan, Review } from '../../contract/plan.ts'

/** The offline demo as the server meets it: its own process, spoken to through the ACP client. */
const program = path.join(import.meta.dirname, 'main.ts')
const VISION = 'a calculator called Sumo'

interface Talk {
  readonly child: ChildProcess
  readonly cwd: string
  readonly updates: SessionUpdate[]
  readonly prompt: (text?: string) => Promise<string>
  readonly cancel: () => Promise<void>
}

const undo: (() => void)[] = []
afterEach(() => {
  for (const action of undo.splice(0)) action()
})

function workspace(): string {
  const cwd = fs.mkdtempSync(path.join(os.tmpdir(), 'offline-agent-'))
  undo.push(() => fs.rmSync(cwd, { recursive: true, force: true }))
  return cwd
}

function leave(cwd: string, brief: TaskBrief): void {
  fs.mkdirSync(path.join(cwd, '.slipway'), { recursive: true })
  fs.writeFileSync(path.join(cwd, '.slipway', 'task.json'), JSON.stringify(brief))
}

function brief(change: Partial<TaskBrief> & { key?: string; checks?: string[] } = {}): TaskBrief {
  const { key = 'engine', checks = ['node --test'], ...rest } = change
  return {
    slipway: 1,
    role: 'developer',
    mode: 'team',
    permissions: 'sandbox',
    vision: VISION,
    task: { id: '1', key, title: `Task ${key}`, description: 'Do it.', acceptance: [], checks },
    attempt: 1,
    feedback: [],
    base_commit: '',
    ...rest,
  }
}

async function meet(cwd: string): Promise<Talk> {
  const child = spawn(process.execPath, [program], { cwd, stdio: ['pipe', 'pipe', 'inherit'] })
  undo.unshift(() => child.kill('SIGKILL'))
  const updates: SessionUpdate[] = []
  const stream = ndJsonStream(
    Writable.toWeb(child.stdin),
    Readable.toWeb(child.stdout) as ReadableStream<Uint8Array>,
  )
  const connection: ClientConnection = client({ name: 'test' })
    .onNotification(methods.client.session.update, ({ params }) => void updates.push(params.update))
    .connect(stream)
  await connection.agent.request(methods.agent.initialize, {
    protocolVersion: PROTOCOL_VERSION,
    clientCapabilities: {},
  })
  const { sessionId } = await connection.agent.request(methods.agent.session.new, { cwd, mcpServers: [] })
  return {
    child,
    cwd,
    updates,
    prompt: async (text = 'Go.') =>
      (
        await connection.agent.request(methods.agent.session.prompt, {
          sessionId,
          prompt: [{ type: 'text', text }],
        })
      ).stopReason,
    cancel: () => connection.agent.notify(methods.agent.session.cancel, { sessionId }),
  }
}

async function work(cwd: string, given: TaskBrief): Promise<Talk> {
  leave(cwd, given)
  const talk = await meet(cwd)
  expect(await talk.prompt()).toBe('end_turn')
  talk.child.stdin?.end()
  return talk
}

const read = (cwd: string, file: string): string => fs.readFileSync(path.join(cwd, file), 'utf8')
const said = (talk: Talk): string =>
  talk.updates
    .flatMap((update) =>
      update.sessionUpdate === 'agent_message_chunk' && update.content.type === 'text'
        ? [update.content.text]
        : [],
    )
    .join('')

function passes(cwd: string, command: string): boolean {
  try {
    execFileSync('/bin/sh', ['-c', command], { cwd, stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

function commit(cwd: string): string {
  const git = (...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], {
      cwd,
      encoding: 'utf8',
    }).trim()
  if (!fs.existsSync(path.join(cwd, '.git'))) {
    git('init', '-q')
    fs.writeFileSync(path.join(cwd, '.git', 'info', 'exclude'), '.slipway/\n')
    git('commit', '-q', '--allow-empty', '-m', 'start')
  }
  git('add', '-A')
  git('commit', '-q', '--allow-empty', '-m', 'work')
  return git('rev-parse', 'HEAD')
}

describe('planning', () => {
  it('writes requirements, a design and a valid plan', async () => {
    const cwd = workspace()
    await work(cwd, brief({ role: 'product_owner', key: 'requirements', checks: [] }))
    await work(cwd, brief({ role: 'architect', key: 'design', checks: [] }))
    expect(read(cwd, 'docs/requirements.md')).toContain('# Requirements: Sumo')
    expect(read(cwd, 'docs/design.md')).toContain('Everything lives in the root')
    const plan = Plan.parse(JSON.parse(read(cwd, '.slipway/plan.json')))
    expect(plan.tasks.map((task) => [task.key, task.depends_on])).toEqual([
      ['engine', []],
      ['format', []],
      ['cli', ['engine', 'format']],
      ['docs', ['cli']],
    ])
  })

  it('corrects an invalid plan when it is asked to in the same session', async () => {
    const cwd = workspace()
    leave(cwd, brief({ role: 'architect', key: 'design', checks: [], vision: `${VISION} [[demo:bad-plan]]` }))
    const talk = await meet(cwd)
    await talk.prompt()
    expect(Plan.safeParse(JSON.parse(read(cwd, '.slipway/plan.json'))).success).toBe(false)
    await talk.prompt('.slipway/plan.json does not fit: correct it and stop.')
    expect(Plan.safeParse(JSON.parse(read(cwd, '.slipway/plan.json'))).success).toBe(true)
  })

  it('does not change the work of others', async () => {
    const cwd = workspace()
    fs.writeFileSync(path.join(cwd, 'Makefile'), 'all:\n')
    fs.writeFileSync(path.join(cwd, 'README.md'), '# Mine\n')
    await work(cwd, brief({ role: 'architect', key: 'design', checks: [] }))
    const { tasks } = Plan.parse(JSON.parse(read(cwd, '.slipway/plan.json')))
    for (const task of tasks) await work(cwd, brief({ key: task.key, checks: task.checks }))
    expect(read(cwd, 'README.md')).toBe('# Mine\n')
    expect(fs.readdirSync(cwd).toSorted()).toEqual(['.slipway', 'Makefile', 'README.md', 'demo-sumo', 'docs'])
    expect(passes(cwd, 'cd demo-sumo && node bin/calc.js 2+3 | grep -qx 5')).toBe(true)
  })
})

describe('building', () => {
  it('reports its plan, its edits as diffs and its commands', async () => {
    const cwd = workspace()
    const talk = await work(cwd, brief({ checks: ['node --test', '! printenv NODE_COMPILE_CACHE'] }))
    const kinds = new Set(talk.updates.map((update) => update.sessionUpdate))
    expect([...kinds].toSorted()).toEqual(['agent_message_chunk', 'plan', 'tool_call', 'tool_call_update'])
    const diffs = talk.updates
      .flatMap((update) => (update.sessionUpdate === 'tool_call_update' ? (update.content ?? []) : []))
      .filter((item) => item.type === 'diff')
    expect(diffs.map((diff) => path.relative(cwd, diff.path)).toSorted()).toEqual([
      '.gitignore',
      'package.json',
      'src/calculate.js',
      'test/calculate.test.js',
    ])
    expect(diffs.find((diff) => diff.path.endsWith('calculate.js'))).toMatchObject({
      oldText: null,
      newText: read(cwd, 'src/calculate.js'),
    })
    const command = talk.updates.find(
      (update) => update.sessionUpdate === 'tool_call' && update.kind === 'execute',
    )
    expect(command).toMatchObject({ title: '$ node --test', rawInput: { command: 'node --test' } })
    expect(
      talk.updates
        .findLast((update) => update.sessionUpdate === 'plan')
        ?.entries.every((entry) => entry.status === 'completed'),
    ).toBe(true)
    // The second: the agent's compile cache must not be passed to the programs it runs.
    expect(said(talk)).toContain('All 2 checks pass here.')
  })

  it('builds everything alone and writes the checks', async () => {
    const cwd = workspace()
    await work(cwd, brief({ mode: 'solo', key: 'build', checks: [] }))
    const { checks } = LeftChecks.parse(JSON.parse(read(cwd, '.slipway/checks.json')))
    expect(checks.length).toBeGreaterThan(1)
    for (const check of checks) expect(passes(cwd, check)).toBe(true)
  })

  it('works from the text of the prompt when there is no brief', async () => {
    const cwd = workspace()
    const talk = await meet(cwd)
    const words = `You are the developer of a software team.\n\nTask: Format (format)\n\n<vision>\n${VISION}\n</vision>`
    await talk.prompt(`${words}\n\nThe checks of the task:\n\n- \`node --test\``)
    expect(fs.existsSync(path.join(cwd, 'src/format.js'))).toBe(true)
    expect(fs.existsSync(path.join(cwd, 'src/calculate.js'))).toBe(false)
    expect(said(talk)).toContain('All 1 checks pass here.')
  })

  it('never writes through a link that leads outside', async () => {
    const cwd = workspace()
    const outside = workspace()
    fs.symlinkSync(outside, path.join(cwd, 'src'))
    leave(cwd, brief())
    const talk = await meet(cwd)
    await expect(talk.prompt()).rejects.toThrow('src/calculate.js is outside the workspace')
    expect(fs.readdirSync(outside)).toEqual([])
  })

  it('does what it can for a task of another plan, and reports the rest', async () => {
    const cwd = workspace()
    const talk = await work(cwd, brief({ key: 'a-task-of-somebody-else', checks: [] }))
    expect(said(talk)).toContain('not part of my blueprint')
    expect(passes(cwd, 'node bin/calc.js 2+3 | grep -qx 5')).toBe(true)
  })
})

describe('cancelling', () => {
  it('answers at once and kills its child', async () => {
    const cwd = workspace()
    leave(cwd, brief({ checks: ['sh -c "echo $$ > child.pid; sleep 300"'] }))
    const talk = await meet(cwd)
    const turn = talk.prompt()
    await eventually(() => expect(read(cwd, 'child.pid')).toMatch(/\d/))
    const started = performance.now()
    await talk.cancel()
    expect(await turn).toBe('cancelled')
    expect(performance.now() - started).toBeLessThan(1000)
    expect(() => process.kill(Number(read(cwd, 'child.pid')), 0)).toThrow('ESRCH')
    leave(cwd, brief())
    expect(await talk.prompt()).toBe('end_turn')
  })

  it('works slowly on request, reports its progress, and can be cancelled meanwhile', async () => {
    const cwd = workspace()
    leave(cwd, brief({ vision: `${VISION} [[demo:slow=60000]]` }))
    const talk = await meet(cwd)
    const turn = talk.prompt()
    await eventually(() => expect(said(talk).match(/Working slowly/g)?.length).toBeGreaterThan(2))
    await talk.cancel()
    expect(await turn).toBe('cancelled')
  })

  it('hangs on request, ignoring a cancel and SIGTERM, until its stdin ends', async () => {
    const cwd = workspace()
    leave(cwd, brief({ vision: `${VISION} [[demo:hang]]` }))
    const talk = await meet(cwd)
    const settled = vi.fn<() => void>()
    void talk.prompt().then(settled, settled)
    await eventually(() => expect(said(talk)).toContain('sleep 600'))
    await talk.cancel()
    talk.child.kill('SIGTERM')
    // Another request is answered after the cancel and the signal have been seen.
    await expect(talk.prompt()).rejects.toThrow('Invalid request')
    expect(settled).not.toHaveBeenCalled()
    expect(talk.child.exitCode).toBe(null)
    const ended = once(talk.child, 'exit')
    talk.child.stdin?.end()
    expect(await ended).toEqual([0, null])
  })

  it('ends on SIGTERM and when its stdin ends', async () => {
    const first = await meet(workspace())
    const ended = once(first.child, 'exit')
    first.child.kill('SIGTERM')
    expect((await ended)[0]).toBe(143)
    const second = await meet(workspace())
    const closed = once(second.child, 'exit')
    second.child.stdin?.end()
    expect(await closed).toEqual([0, null])
  })
})

describe('faults', () => {
  it('bug: the first attempt fails its check, the next reads the log and fixes it', async () => {
    const cwd = workspace()
    const vision = `${VISION} [[demo:bug]]`
    const first = await work(cwd, brief({ vision }))
    expect(said(first)).toContain('1 of 1 checks fail here')
    const log =
      '✖ 2 + 3 * 4 is 14 (1.2ms)\nAssertionError [ERR_ASSERTION]: Expected values to be strictly equal'
    const second = await work(
      cwd,
      brief({
        vision,
        attempt: 2,
        feedback: [{ kind: 'check', summary: 'The check "node --test" failed.', log }],
      }),
    )
    expect(said(second)).toContain('The log says: 2 + 3 * 4 is 14')
    expect(passes(cwd, 'node --test')).toBe(true)
  })

  it('unfixable: no attempt fixes it', async () => {
    const cwd = workspace()
    const vision = `${VISION} [[demo:unfixable]]`
    for (const attempt of [1, 2, 3]) {
      await work(
        cwd,
        brief({ vision, attempt, feedback: attempt === 1 ? [] : [{ kind: 'check', summary: 'It failed.' }] }),
      )
      expect(passes(cwd, 'node --test')).toBe(false)
    }
  })

  it('job-bug: tasks pass, the job does not, the repair task fixes it', async () => {
    const cwd = workspace()
    const vision = `${VISION} [[demo:job-bug]]`
    for (const key of ['engine', 'format', 'cli']) await work(cwd, brief({ vision, key }))
    expect(passes(cwd, 'node --test')).toBe(true)
    const check = '! node bin/calc.js "2 +" 2>/dev/null'
    expect(passes(cwd, check)).toBe(false)
    await work(cwd, brief({ vision, key: 'repair-1', checks: [check] }))
    expect(passes(cwd, check)).toBe(true)
  })

  it('review-fail: the reviewer finds the planted gap, and passes the next attempt', async () => {
    const cwd = workspace()
    const vision = `${VISION} [[demo:review-fail]]`
    commit(cwd)
    const review = async (): Promise<Review> => {
      await work(cwd, brief({ vision, role: 'reviewer', base_commit: commit(cwd) }))
      return Review.parse(JSON.parse(read(cwd, '.slipway/review.json')))
    }
    await work(cwd, brief({ vision }))
    const first = await review()
    expect(first.verdict).toBe('fail')
    expect(first.findings[0]).toMatch(/src\/calculate\.js:1 leaves something open/)
    await work(cwd, brief({ vision, attempt: 2, feedback: [{ kind: 'review', summary: first.summary }] }))
    expect((await review()).verdict).toBe('pass')
  })

  it('reviewer: work whose checks fail is sent back', async () => {
    const cwd = workspace()
    await work(cwd, brief({ vision: `${VISION} [[demo:bug]]` }))
    await work(cwd, brief({ role: 'reviewer', base_commit: commit(cwd) }))
    const review = Review.parse(JSON.parse(read(cwd, '.slipway/review.json')))
    expect(review.verdict).toBe('fail')
    expect(review.findings[0]).toContain('node --test')
  })

  it('conflict: two parallel tasks write the same line, a retry keeps both', async () => {
    const vision = `${VISION} [[demo:conflict]]`
    const one = workspace()
    const other = workspace()
    await work(one, brief({ vision, key: 'engine' }))
    await work(other, brief({ vision, key: 'format' }))
    expect(read(one, 'CHANGES.md')).not.toBe(read(other, 'CHANGES.md'))
    const feedback = [{ kind: 'conflict' as const, summary: 'CHANGES.md' }]
    await work(one, brief({ vision, key: 'format', attempt: 2, feedback }))
    expect(read(one, 'CHANGES.md')).toContain('Built so far: Evaluate expressions; Format numbers for people')
  })

  it('crash: the first attempt exits with code 3 in mid-turn, the second works', async () => {
    const cwd = workspace()
    const vision = `${VISION} [[demo:crash]]`
    leave(cwd, brief({ vision }))
    const talk = await meet(cwd)
    const ended = once(talk.child, 'exit')
    await expect(talk.prompt()).rejects.toThrow(/clos|disconnect/i)
    expect(await ended).toEqual([3, null])
    await work(cwd, brief({ vision, attempt: 2, feedback: [{ kind: 'note', summary: 'It crashed.' }] }))
    expect(passes(cwd, 'node --test')).toBe(true)
  })

  it('flood: 20 MB of chunks arrive and the work is still done', async () => {
    const talk = await work(workspace(), brief({ vision: `${VISION} [[demo:flood]]` }))
    expect(said(talk).length).toBeGreaterThan(20_000_000)
    expect(said(talk)).toContain('All 1 checks pass here.')
  }, 30_000)
})
