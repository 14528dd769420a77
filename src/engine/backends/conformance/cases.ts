import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import type { ConformanceCase } from '../../../contract/conformance.ts'
import { clock } from '../../../lib/clock.ts'
import { pause } from '../../../lib/timers.ts'
import { sessionDigest } from '../../../roles/session-digest.ts'
import type { OpenAgent } from '../../attempt/open-agent.ts'
import type { Bench, Verdict } from './bench.ts'

type Case = (bench: Bench) => Promise<Verdict>

/** The time in ms within which a cancelled or killed agent and all its processes must be gone. */
const GONE_MS = 15_000
const POLL_MS = 100

const pass = (sentence: string): Verdict => ({ result: 'pass', sentence })
const fail = (sentence: string): Verdict => ({ result: 'fail', sentence })
const skip = (sentence: string): Verdict => ({ result: 'skip', sentence })

/**
 * The cases of the kit that run an agent. Each has its own workspace and is judged by observed effects, not by the agent's
 * messages.
 */
export const cases: Readonly<Record<Exclude<ConformanceCase, 'contacts' | 'orphans'>, Case>> = {
  async start(bench) {
    const open = await bench.open('sandbox')
    await bench.order(open, { do: 'write', file: 'started.txt', text: 'started' })
    return bench.events.some(({ type }) => type !== 'person.message' && type !== 'session.usage')
      ? pass('It started, opened a session and ended its turn.')
      : fail('It ended its turn without a word.')
  },

  async write(bench) {
    const text = `written-${nonce()}`
    await bench.order(await bench.open('sandbox'), { do: 'write', file: 'note.txt', text })
    const found = await bench.read('note.txt')
    if (found === null) return fail('It ended its turn, and there is no file.')
    return found.trim() === text
      ? pass('The file is there with its content.')
      : fail('The file holds something else.')
  },

  async command(bench) {
    const marker = nonce()
    await bench.script('mark.sh', `#!/bin/sh\nprintf %s "ran ${marker}" > ran.txt\n`)
    await bench.order(await bench.open('sandbox'), { do: 'run', command: 'sh ./mark.sh' })
    return (await bench.read('ran.txt')) === `ran ${marker}`
      ? pass('The command ran in the workspace.')
      : fail('It ended its turn, and the command has not run.')
  },

  async ask_allow(bench) {
    const done = await markedBy(bench, 'ask')
    if (bench.prompts.length === 0) return neverAsks
    return done
      ? pass('It asked, was allowed, and did it.')
      : fail('It asked, was allowed, and did not do it.')
  },

  async ask_refuse(bench) {
    const done = await markedBy(bench, 'deny')
    if (bench.prompts.length === 0) return neverAsks
    return done
      ? fail('It asked, was refused, and did it all the same.')
      : pass('It asked, was refused, and left it.')
  },

  async cancel(bench) {
    const open = await bench.open('sandbox')
    const stop = new AbortController()
    const turn = longCommand(bench, open, stop.signal)
    if (!(await hasBegun(bench, turn))) return fail('The long command did not begin.')
    const since = clock.steady()
    stop.abort()
    await turn.catch(() => undefined)
    await open.close()
    return exitVerdict(bench, since, 'cancelled')
  },

  async kill(bench) {
    const open = await bench.open('sandbox')
    const turn = longCommand(bench, open, bench.signal)
    if (!(await hasBegun(bench, turn))) return fail('The long command did not begin.')
    const since = clock.steady()
    await open.kill()
    const ended = await turn.then(
      () => null,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    )
    await open.close()
    if (ended === null) return fail('It was killed in its turn, and the turn counts as ended.')
    return exitVerdict(bench, since, 'killed')
  },

  async resume(bench) {
    if (bench.profile.kind === 'command')
      return skip('It is a plain command: every turn gets the earlier prompts.')
    const token = `word-${nonce()}`
    const first = await bench.open('sandbox')
    await bench.order(first, { do: 'remember', word: token })
    await first.close()
    const second = await bench.open('sandbox', first.session.id)
    const { origin } = second.session
    const before = origin === 'new' ? `${rebuilt(bench)}\n\n` : ''
    await bench.order(second, { do: 'recall', file: 'word.txt' }, bench.signal, before)
    const how = {
      new: 'It started a new session and got a summary of the last one',
      resumed: 'It resumed its session',
      loaded: 'It loaded its session',
    }[origin]
    return (await bench.read('word.txt'))?.trim() === token
      ? pass(`${how}, and knew.`)
      : fail(`${how}, and did not know.`)
  },

  async usage(bench) {
    const open = await bench.open('sandbox')
    await bench.order(open, { do: 'write', file: 'used.txt', text: 'used' })
    if (open.models.access.gateway !== null) {
      await open.close()
      const { tokens } = open.models.used()
      return tokens > 0
        ? pass(`The gateway counted ${tokens} tokens.`)
        : fail('It ended its turn, and the gateway has counted no token.')
    }
    const usage = open.session.usage()
    if (usage === null) return skip('It does not report its usage.')
    return pass(
      `It reported ${usage.inputTokens + usage.outputTokens} tokens${usage.costUsd === null ? '' : ` and $${usage.costUsd}`}.`,
    )
  },

  async model(bench) {
    const open = await bench.open('sandbox')
    const { gateway, model } = open.models.access
    if (gateway === null) return skip('It calls no model through the gateway.')
    if (model === null) return skip('It was given no model.')
    await bench.order(open, { do: 'write', file: 'modelled.txt', text: 'modelled' })
    await open.close()
    const { models } = open.models.used()
    if (models.length === 0) return fail('It ended its turn, and called no model through the gateway.')
    // A short model name stands for a model whose full name its agent knows.
    const others = models.filter((each) => !each.includes(model))
    return others.length === 0
      ? pass(`It called ${model} alone.`)
      : fail(`It was given ${model}, and called ${others.join(' and ')}.`)
  },

  async inside(bench) {
    const outside = path.join(bench.root, 'outside.txt')
    await bench.script('leave.sh', `#!/bin/sh\necho out > '${outside}'; echo tried > tried.txt\n`)
    const open = await bench.open('sandbox')
    await bench.order(open, { do: 'run', command: 'sh ./leave.sh' })
    if (fs.existsSync(outside)) return fail('It wrote a file outside of its workspace.')
    return (await bench.read('tried.txt')) === null
      ? skip('It did not run the command that tries it.')
      : pass('It tried to write outside of its workspace, and nothing was written.')
  },
}

const neverAsks = skip('It did not ask: its own rules allow the command.')

function nonce(): string {
  return randomBytes(4).toString('hex')
}

/** Runs a command that the agent may have to ask about, and returns whether it ran. */
async function markedBy(bench: Bench, policy: 'ask' | 'deny'): Promise<boolean> {
  await bench.script('asked.sh', '#!/bin/sh\necho done > asked.txt\n')
  await bench.order(await bench.open(policy), { do: 'run', command: 'sh ./asked.sh' })
  return (await bench.read('asked.txt')) !== null
}

async function longCommand(bench: Bench, open: OpenAgent, signal: AbortSignal): Promise<void> {
  await bench.script('long.sh', '#!/bin/sh\necho begun > begun.txt\nsleep 600\n')
  await bench.order(open, { do: 'run', command: 'sh ./long.sh' }, signal)
}

/** Waits for the command to begin; returns false when its turn ends, or the case times out, before that. */
async function hasBegun(bench: Bench, turn: Promise<void>): Promise<boolean> {
  let over = false
  const end = (): void => {
    over = true
  }
  turn.then(end, end)
  while (!over && !bench.signal.aborted) {
    if ((await bench.read('begun.txt')) !== null) return true
    await pause(POLL_MS)
  }
  return false
}

async function exitVerdict(bench: Bench, since: number, how: 'cancelled' | 'killed'): Promise<Verdict> {
  for (;;) {
    const remaining = bench.processes()
    const elapsed = clock.steady() - since
    if (remaining === null) return skip('This machine does not show which processes are left.')
    if (elapsed > GONE_MS)
      return fail(`${remaining.length} of its processes were left ${GONE_MS / 1000} s after it was ${how}.`)
    if (remaining.length === 0)
      return pass(`All of it was gone ${(elapsed / 1000).toFixed(1)} s after it was ${how}.`)
    await pause(POLL_MS)
  }
}

/** Returns the prompt that describes the previous session to a new one. */
function rebuilt(bench: Bench): string {
  const events = bench.events.map((event, index) => ({
    type: event.type,
    message: event.message,
    actor: event.actor,
    data: { ...event.data },
    seq: index + 1,
    at: '',
    task_id: null,
    attempt_id: null,
  }))
  return `You have worked here before. This is what was said and done, as it was recorded:\n\n${sessionDigest(events)}`
}
