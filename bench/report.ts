import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

/** One line of the table. `floor` is the same act done by the reference program in the same run; times in ms. */
export interface Figure {
  readonly name: string
  readonly measured: string
  readonly floor?: string
  readonly ratio?: number
  readonly aim: string
}

/** Collects figures while they are measured, and writes them down at the end. */
export interface Report {
  add(figure: Figure): void
  /** A time in milliseconds, beside the floor's where there is one. */
  time(name: string, ms: number, aim: string, floorMs?: number): void
  write(): void
}

/** 3 significant digits: the rest is noise. */
export function ms(value: number): string {
  return `${Number(value.toPrecision(3))} ms`
}

export function openReport(): Report {
  const figures: Figure[] = []
  const add = (figure: Figure): void => {
    figures.push(figure)
    process.stdout.write(`${row(figure)}\n`)
  }
  return {
    add,
    time(name, value, aim, floorMs) {
      const floor = floorMs === undefined ? {} : { floor: ms(floorMs), ratio: value / floorMs }
      add({ name, measured: ms(value), aim, ...floor })
    },
    write() {
      fs.writeFileSync(path.join(import.meta.dirname, '..', 'docs', 'performance.md'), page(figures))
    },
  }
}

function row({ name, measured, floor, ratio, aim }: Figure): string {
  const times = ratio === undefined ? '' : `${ratio.toPrecision(2)}x`
  return `| ${name} | ${measured} | ${floor ?? ''} | ${times} | ${aim} |`
}

function page(figures: readonly Figure[]): string {
  const [load = 0] = os.loadavg()
  return `# Performance

Written by \`make bench\`; do not edit. Everything is measured against a real server process, from another process, with
the embedded database and every promise kept: what is accepted is on the disk before the answer, every agent runs behind
its walls. The *floor* is a reference program of a hundred lines without promises (\`bench/programs/floor.mjs\`), measured
by the same client in the same minute: a file that is appended to and forced to disk, a bare \`git worktree add\`, a bare
\`spawn\`. Single figures of a shared machine mean little; the ratio to the floor is what can be compared across runs.

Measured on ${new Date().toISOString().slice(0, 10)}: ${os.cpus().length} processors (${os.cpus()[0]?.model ?? 'unknown'}), Linux ${os.release()}, Node ${process.version}, load ${load.toFixed(1)} at the end.

| what | Slipway | floor | ratio | aim |
|---|---|---|---|---|
${figures.map(row).join('\n')}

p50 is the median, p99 the value that one of a hundred exceeds. "Accepted" is the moment the client holds the \`201\`;
the agent's start is told by the agent's own clock, read in its own workspace. Creates and pages are measured with the
worker loop off, so that nothing but accepting and reading is measured; the pages hold jobs that wait.
`
}
