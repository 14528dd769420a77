import { median } from '../quantile.ts'
import { markdownTable, ms, times } from '../report.ts'

const mb = (value: number): string => `${Math.round(value)} MB`

/** The rows of the comparison, and how their figures are written. */
const rows = {
  alive: ['second start to the first 200', ms],
  ready: ['second start until it is ready', ms],
  peak: ['peak memory of the process tree at a start (PSS)', mb],
  idle: ['idle memory of the process tree (PSS)', mb],
  createP50: ['a create, one after the other, p50', ms],
  createP99: ['a create, one after the other, p99', ms],
  together: [
    'creates by 16 clients, accepted',
    (value: number) => `${Number(value.toPrecision(2))} a second`,
  ],
  refused: ['... refused', (value: number) => `${Math.round(value)} %`],
  list: ['what a page reads at 1,000 tasks, p50', ms],
  full: ['memory of the process tree with 1,000 tasks (PSS)', mb],
  install: ['what is installed', mb],
  packages: ['... packages', (value: number) => String(value)],
} as const satisfies Record<string, readonly [string, (value: number) => string]>

/** Nothing is gained by dividing these. */
const withoutRatio: ReadonlySet<FigureName> = new Set(['refused'])

export type FigureName = keyof typeof rows

/** What was measured of one product in one round. */
export type Figures = Partial<Record<FigureName, number>>

export interface Column {
  readonly name: string
  /** Those of each round, in order; null for a round that failed. */
  readonly rounds: readonly (Figures | null)[]
  /** What does not change from round to round. */
  readonly fixed: Figures
}

/** Returns the table: the first column is ours, each other one is followed by ours in its. */
export function peerTable([ours, ...others]: readonly [Column, ...Column[]]): string {
  const head = [
    'what',
    ours.name,
    ...others.flatMap(({ name }) => [name, `${short(ours)} / ${short({ name })}`]),
  ]
  const lines = Object.entries(rows).map(([key, [what, write]]) => {
    const name = key as FigureName
    const cell = (column: Column): string => {
      const value = valueOf(column, name)
      return value === null ? 'not measured' : write(value)
    }
    return [what, cell(ours), ...others.flatMap((other) => [cell(other), ratioOf(ours, other, name)])]
  })
  return markdownTable(head, lines)
}

/** Returns a product's name without its version. */
function short({ name }: { readonly name: string }): string {
  return name.replace(/ [\d.]+$/, '')
}

/** Returns the median of the rounds; null when there is none. */
function valueOf({ rounds, fixed }: Column, name: FigureName): number | null {
  if (fixed[name] !== undefined) return fixed[name]
  const values = rounds.flatMap((round) => round?.[name] ?? [])
  return values.length === 0 ? null : median(values)
}

/** Returns the median of the ratios within each round, because the machine is not as fast in one as in another. */
function ratioOf(ours: Column, other: Column, name: FigureName): string {
  if (withoutRatio.has(name)) return ''
  const [one, two] = [ours.fixed[name], other.fixed[name]]
  if (one !== undefined && two !== undefined) return times(one / two)
  const ratios = ours.rounds.flatMap((round, at) => {
    const [mine, its] = [round?.[name], other.rounds[at]?.[name]]
    return mine === undefined || its === undefined || its === 0 ? [] : [mine / its]
  })
  return ratios.length === 0 ? '' : times(median(ratios))
}
