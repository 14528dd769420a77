// An agent that says when it speaks: each line holds its number and the moment it was sent, in milliseconds since 1970.
// Arguments: how many lines, then "acp" (the Agent Client Protocol) or "plain" (one line after the other).
import readline from 'node:readline'

const count = Number(process.argv[2])
const plain = process.argv[3] === 'plain'
const GAP_MS = 110
const SPREAD_MS = 80

function send(message) {
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
}

/** The clock's next millisecond, waited for, so that the time in the line is exact. */
function tick() {
  const before = Date.now()
  let now = before
  while (now === before) now = Date.now()
  return now
}

function say(sessionId, number) {
  if (number > count) return
  const text = `line ${number} ${tick()}\n`
  if (plain) process.stdout.write(text)
  else
    send({
      method: 'session/update',
      params: {
        sessionId,
        update: { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text } },
      },
    })
  setTimeout(() => say(sessionId, number + 1), GAP_MS + Math.random() * SPREAD_MS)
}

if (plain) say('', 1)
else
  readline.createInterface({ input: process.stdin }).on('line', (line) => {
    const { id, method, params } = JSON.parse(line)
    if (method === 'initialize') send({ id, result: { protocolVersion: 1, agentCapabilities: {} } })
    if (method === 'session/new') send({ id, result: { sessionId: 'one' } })
    // The prompt is never answered: whoever measures cancels the job.
    if (method === 'session/prompt') say(params.sessionId, 1)
  })
