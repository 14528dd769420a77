/**
 * The command line client of a job's board, for agents without MCP servers. It uses the same MCP over HTTP. Each attempt
 * has a copy of it in its HOME, next to a file with the address of the board and the token of the attempt.
 */
import fs from 'node:fs'
import path from 'node:path'

const usage = `slipway-board tasks                       lists the tasks of this job, and who works on them
slipway-board progress "<sentence>"       shows your progress to the people who are watching
slipway-board ask "<question>" [choices]  asks a person; the answer is your next message
`

/** @type {Record<string, (words: string[]) => object>} */
const calls = {
  tasks: () => ({ name: 'list_tasks', arguments: {} }),
  progress: (words) => ({ name: 'report_progress', arguments: { message: words.join(' ') } }),
  ask: ([question = '', ...choices]) => ({ name: 'ask_person', arguments: { question, choices } }),
}

/**
 * The part of an answer of the board that is read here.
 *
 * @typedef {{ result: { content: { text: string }[], isError?: boolean }, error?: { message: string } }} Answer
 */

/** @param {object} params */
async function ask(params) {
  /** @type {{ url: string, token: string }} */
  const { url, token } = JSON.parse(fs.readFileSync(path.join(import.meta.dirname, 'board.json'), 'utf8'))
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
  })
  const { result, error } = /** @type {Answer} */ (await response.json())
  if (error !== undefined) throw new Error(error.message)
  const text = result.content.map((part) => part.text).join('\n')
  if (result.isError) throw new Error(text)
  return text
}

const [word = '', ...words] = process.argv.slice(2)
const call = Object.hasOwn(calls, word) ? calls[word] : undefined
if (call === undefined) {
  const wants = ['help', '--help', '-h'].includes(word)
  const out = wants ? process.stdout : process.stderr
  out.write(usage)
  process.exitCode = wants ? 0 : 2
} else {
  try {
    process.stdout.write(`${await ask(call(words))}\n`)
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 1
  }
}
