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

/** Collects figures while they are measured, and writes them down after each act. */
export interface Report {
  add(figure: Figure): void
  /** A time in milliseconds, beside the floor's where there is one. */
  time(name: string, ms: number, aim: string, floorMs?: number): void
  /** Text of markdown that stands before the table, or in its place where no figure is added. */
  say(text: string): void
  /** Puts what was added since the last call into the page as the section of an act, in the place of what stood there. */
  write(act: string, title: string): void
}

/** 3 significant digits: the rest is noise. */
export function ms(value: number): string {
  return `${Number(value.toPrecision(3))} ms`
}

const file = path.join(import.meta.dirname, '..', 'docs', 'performance.md')

export function openReport(): Report {
  let figures: Figure[] = []
  let said: string[] = []
  const add = (figure: Figure): void => {
    figures.push(figure)
    process.stdout.write(`${rowOf(cells(figure))}\n`)
  }
  return {
    add,
    time(name, value, aim, floorMs) {
      const floor = floorMs === undefined ? {} : { floor: ms(floorMs), ratio: value / floorMs }
      add({ name, measured: ms(value), aim, ...floor })
    },
    say(text) {
      said.push(text)
      process.stdout.write(`${text}\n`)
    },
    write(act, title) {
      const page = fs.readFileSync(file, 'utf8')
      const parts = figures.length === 0 ? said : [...said, figureTable(figures)]
      fs.writeFileSync(file, withSection(page, act, section(act, title, parts)))
      figures = []
      said = []
    },
  }
}

const figureTable = (figures: readonly Figure[]): string =>
  markdownTable(['what', 'Slipway', 'floor', 'ratio', 'aim'], figures.map(cells))

function cells({ name, measured, floor, ratio, aim }: Figure): string[] {
  return [name, measured, floor ?? '', ratio === undefined ? '' : times(ratio), aim]
}

/** A ratio, with the digits that mean something. */
export function times(ratio: number): string {
  return `${ratio < 100 ? ratio.toPrecision(2) : Number(ratio.toPrecision(2))}x`
}

/** Returns a table of markdown. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [rowOf(head), `|${head.map(() => '---|').join('')}`, ...rows.map(rowOf)].join('\n')
}

function rowOf(texts: readonly string[]): string {
  return `| ${texts.join(' | ')} |`
}

function section(act: string, title: string, parts: readonly string[]): string {
  const [load = 0] = os.loadavg()
  return `## ${title}

<!-- act: ${act} -->

Measured on ${new Date().toISOString().slice(0, 10)}: ${os.cpus().length} processors (${os.cpus()[0]?.model ?? 'unknown'}), Linux ${os.release()}, Node ${process.version}, load ${load.toFixed(1)} at the end.

${parts.join('\n\n')}
`
}

/** Returns the page with a new section of an act; one that had none comes to the end. */
export function withSection(page: string, act: string, text: string): string {
  const [head = '', ...sections] = page.split(/^(?=## )/m)
  const at = sections.findIndex((one) => one.includes(`<!-- act: ${act} -->`))
  const kept = at === -1 ? [...sections, text] : sections.with(at, text)
  return `${[head, ...kept].map((part) => part.trimEnd()).join('\n\n')}\n`
}
