// A plain command for tests. Its first argument selects how it gets its prompt (`argument`, `stdin` or `file`), which it
// appends to prompts.jsonl. Its second argument is a list of steps, which it plays at every start:
// {write: [path, text]} {say: text} {warn: text} {waitFor: path} {hang: true} {spawn: [command]} {exit: code}
// {run: [command]} records its exit code and output in ran.jsonl
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
