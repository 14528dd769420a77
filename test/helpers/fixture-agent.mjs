// A small agent that speaks ACP as JSON lines and plays the script in its first argument:
// {"start": "hang" | "garbage" | "exit", "offer": {...}, "open": {...}, "turn": [step, ...]}
// `offer` is added to the answer to `initialize`, `open` to that to `session/new`. With `login` a session is refused until
// the client has authenticated. With `quiet` it records nothing. With `obey` it follows the plain orders of the conformance
// kit: `asks` requests permission first, `forgets` remembers no word, `lies` does nothing. With `contacts` it connects to
// that port of this machine, and stays connected. Steps of a turn, in order:
// {write: [path, text]} {link: [path, target]} {say: text} {update: {...}} {ask: {...}} {call: [method, params]}
// {flood: n} {print: text} {warn: text} {pause: ms} {talk: ms} {spawn: [command]} {hang: true} {exit: code} {fail: {...}}
// {stop: {...}} {waitFor: path} {quietly: [times, [step, ...]]} {before: [ms since 1970, [step, ...]]}
// {mcp: [method, params]} calls the first MCP server it was given (without params it is a notification)
// {once: [step, ...]} plays its steps only the first time in a workspace
// In texts, {prompt} is replaced by the prompt of the turn.
// Answers of the client to `ask` and `call`, and what it sets, are recorded in answers.jsonl in the session's directory.
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import readline from 'node:readline'

const play = JSON.parse(process.argv[2] ?? '{}')
if (play.contacts) net.connect(play.contacts, '127.0.0.1')
const forever = new Promise(() => setInterval(() => {}, 1 << 30))
const waiting = new Map()
let cwd = process.cwd()
let last = 0
let terminal = ''
let first = ''
let told = ''
let silent = false
let cancelled = () => {}
let loggedIn = false
let mcpServer = null

const send = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
const keep = (line) =>
  play.quiet || silent || fs.appendFileSync(path.join(cwd, 'answers.jsonl'), `${JSON.stringify(line)}\n`)
const refusal = (code, message, data) => Object.assign(new Error(message), { code, data })
const filled = (value) =>
  JSON.parse(
    JSON.stringify(value)
      .replaceAll('{cwd}', cwd)
      .replaceAll('{terminal}', terminal)
      .replaceAll('{first}', first)
      .replaceAll('{prompt}', JSON.stringify(told).slice(1, -1)),
  )
const update = (content) =>
  send({ method: 'session/update', params: { sessionId: 's1', update: filled(content) } })

function call(method, params) {
  last += 1
  const id = `f${last}`
  send({ id, method, params: { sessionId: 's1', ...params } })
  return new Promise((resolve) => waiting.set(id, resolve))
}

const steps = {
  write: ([name, text]) => {
    fs.mkdirSync(path.dirname(path.join(cwd, name)), { recursive: true })
    fs.writeFileSync(path.join(cwd, name), text)
  },
  link: ([name, target]) => fs.symlinkSync(target, path.join(cwd, name)),
  say: (text) => update({ sessionUpdate: 'agent_message_chunk', content: { type: 'text', text } }),
  update,
  ask: async (params) => keep({ ask: await call('session/request_permission', params) }),
  call: async ([method, params]) => {
    const answer = await call(method, filled(params))
    if (answer.result?.terminalId) terminal = answer.result.terminalId
    first ||= terminal
    keep({ [method]: answer })
  },
  mcp: async ([method, params]) => {
    last += 1
    const response = await fetch(mcpServer.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...Object.fromEntries(mcpServer.headers.map(({ name, value }) => [name, value])),
      },
      body: JSON.stringify({ jsonrpc: '2.0', method, ...(params && { id: last, params }) }),
    })
    const text = await response.text()
    keep({ mcp: { status: response.status, body: text === '' ? null : JSON.parse(text) } })
  },
  waitFor: async (name) => {
    while (!fs.existsSync(path.join(cwd, name))) await new Promise((resolve) => setTimeout(resolve, 50))
  },
  flood: async (count) => {
    for (let n = 0; n < count; n += 1) {
      const room = process.stdout.write(
        `${JSON.stringify({ jsonrpc: '2.0', method: 'session/update', params: { sessionId: 's1', update: { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text: `line ${n} ${'x'.repeat(1000)}\n` } } } })}\n`,
      )
      if (!room) await new Promise((resolve) => process.stdout.once('drain', resolve))
    }
  },
  talk: (ms) => new Promise(() => setInterval(() => steps.say('.'), ms)),
  fail: ({ code, message, data }) => {
    throw refusal(code, message, data)
  },
  once: async (some) => {
    const mark = path.join(cwd, 'once.txt')
    if (fs.existsSync(mark)) return
    fs.writeFileSync(mark, '')
    await takeSteps(some)
  },
  before: async ([ms, some]) => {
    if (Date.now() < ms) await takeSteps(some)
  },
  quietly: async ([times, some]) => {
    silent = true
    for (let n = 0; n < times; n += 1) await takeSteps(some)
    silent = false
  },
  pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  print: (text) => process.stdout.write(text),
  warn: (text) => process.stderr.write(text),
  spawn: ([program, ...args]) => spawn(program, args, { cwd, stdio: 'ignore', detached: true }).unref(),
  hang: () => forever,
  exit: (code) => process.exit(code),
}

const remembered = []
let running = null

/** Follows the last order of a text; see src/contract/orders.ts. */
async function obey(said) {
  const [, file, text] = /Create the file "([^"]+)" with exactly this content: (.*)/.exec(said) ?? []
  const [, command] = /Run this shell command in the current directory: (.*)/.exec(said) ?? []
  const words = [...said.matchAll(/Remember this word, I shall ask for it later: (\S+)/g)].map(
    (match) => match[1],
  )
  const [, recall] =
    /that I asked you to remember, and nothing else, into the file "([^"]+)"/.exec(said) ?? []
  if (!play.forgets) remembered.push(...words)
  steps.say('I shall see.')
  const usage = { inputTokens: 10, outputTokens: 2, totalTokens: 12 }
  if (play.lies) return { stopReason: 'end_turn', usage }
  if (play.asks && command) {
    const options = [
      { optionId: 'yes', name: 'Yes', kind: 'allow_once' },
      { optionId: 'no', name: 'No', kind: 'reject_once' },
    ]
    const toolCall = { toolCallId: `c${last}`, title: command, kind: 'execute' }
    const { result } = await call('session/request_permission', { toolCall, options })
    if (result.outcome.optionId !== 'yes' && play.asks !== 'in vain') return { stopReason: 'end_turn', usage }
  }
  if (recall) fs.writeFileSync(path.join(cwd, recall), remembered.at(-1) ?? 'unknown')
  else if (file) fs.writeFileSync(path.join(cwd, file), text)
  else if (command) {
    running = spawn('/bin/sh', ['-c', command], { cwd, stdio: 'ignore', detached: true })
    await new Promise((resolve) => running.once('exit', resolve))
  }
  return { stopReason: 'end_turn', usage }
}

async function takeSteps(some) {
  let end = { stopReason: 'end_turn' }
  for (const step of some) {
    for (const [name, value] of Object.entries(step)) {
      if (name === 'stop') end = value
      else await steps[name](value)
    }
  }
  return end
}

const answers = {
  initialize: async () => {
    if (play.start === 'hang') await forever
    if (play.start === 'exit') process.exit(0)
    if (play.start === 'garbage') {
      process.stdout.write('Welcome!\n\u001b[31mPlease log in at http://localhost/\u001b[0m\n'.repeat(50))
      await forever
    }
    return { protocolVersion: 1, agentCapabilities: {}, ...play.offer }
  },
  authenticate: (params) => {
    loggedIn = true
    keep({ authenticate: params })
    return {}
  },
  'session/new': (params) => {
    cwd = params.cwd
    if (play.login && !loggedIn) throw refusal(-32_000, 'Authentication required')
    keep({ new: params.mcpServers })
    mcpServer = params.mcpServers[0] ?? null
    return { sessionId: 's1', ...play.open }
  },
  'session/load': (params) => {
    cwd = params.cwd
    keep({ load: params.sessionId })
    return { ...play.open }
  },
  'session/resume': (params) => {
    cwd = params.cwd
    keep({ resume: params.sessionId })
    return { ...play.open }
  },
  'session/set_title': (params) => {
    if (play.refusesTitles) throw new Error('no titles today')
    keep({ title: params.title })
    return { title: params.title }
  },
  'session/set_mode': (params) => {
    keep({ mode: params.modeId })
    return {}
  },
  'session/set_config_option': (params) => {
    keep({ config: [params.configId, params.value] })
    return { configOptions: [] }
  },
  'session/prompt': (params) => {
    if (play.echo) keep({ prompt: params.prompt })
    const said = params.prompt.map((block) => block.text ?? '').join('\n')
    told = said
    const work = play.obey ? obey(said) : takeSteps(play.turn ?? [])
    const stop = new Promise((resolve) => {
      cancelled = () => {
        keep({ cancelled: true })
        resolve({ stopReason: 'cancelled' })
      }
    })
    return Promise.race([work, stop])
  },
}

async function hear(line) {
  const message = JSON.parse(line)
  const answer = answers[message.method]
  if (message.method === undefined) waiting.get(message.id)?.(message)
  else if (message.method === 'session/cancel') cancelled()
  else if (answer === undefined) send({ id: message.id, error: { code: -32_601, message: 'no such method' } })
  else {
    try {
      send({ id: message.id, result: await answer(message.params) })
    } catch (error) {
      send({ id: message.id, error: { code: error.code, message: error.message, data: error.data } })
    }
  }
}

readline.createInterface({ input: process.stdin }).on('line', (line) => void hear(line))
process.stdin.on('close', () => process.exit(0))
