// A program that speaks no protocol, for tests: it takes its prompt as its first argument says (`argument`, `stdin` or
// `file`), keeps what it was given in prompts.jsonl, and does what the lines of its second argument say, each time anew:
// {write: [path, text]} {say: text} {warn: text} {waitFor: path} {hang: true} {spawn: [command]} {exit: code}
// {run: [command]} keeps how it ended and what it wrote in ran.jsonl
import { spawn, spawnSync } from 'node:child_process'
import fs from 'node:fs'

const [, , by, play = '[]', given = ''] = process.argv
const prompt =
  by === 'stdin' ? fs.readFileSync(0, 'utf8') : by === 'file' ? fs.readFileSync(given, 'utf8') : given
fs.appendFileSync('prompts.jsonl', `${JSON.stringify(prompt)}\n`)
const steps = {
  write: ([name, text]) => fs.writeFileSync(name, text),
  say: (text) => process.stdout.write(text),
  warn: (text) => process.stderr.write(text),
  spawn: ([program, ...args]) => spawn(program, args, { stdio: 'ignore', detached: true }).unref(),
  run: ([program, ...args]) => {
    const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' })
    fs.appendFileSync('ran.jsonl', `${JSON.stringify({ code: status, out: stdout, err: stderr })}\n`)
  },
  waitFor: async (name) => {
    while (!fs.existsSync(name)) await new Promise((resolve) => setTimeout(resolve, 50))
  },
  hang: () => new Promise(() => setInterval(() => {}, 1 << 30)),
  exit: (code) => process.exit(code),
}
for (const step of JSON.parse(play))
  for (const [name, value] of Object.entries(step)) await steps[name](value)
