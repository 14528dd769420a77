/** A task in the form needed for the layout. */
export interface GraphNode {
  readonly key: string
  readonly dependsOn: readonly string[]
}

export interface Placed {
  readonly key: string
  readonly x: number
  readonly y: number
}

export interface GraphLayout {
  readonly nodes: readonly Placed[]
  readonly edges: readonly { readonly from: string; readonly to: string; readonly path: string }[]
  readonly width: number
  readonly height: number
}

export const graphSize = { width: 208, height: 60, gapX: 56, gapY: 16 } as const

/**
 * Lays tasks out from left to right: each column is to the right of all its dependencies, and within a column a task is near
 * the middle of them, so that lines stay short (layering after Sugiyama, Tagawa and Toda, 1981, with one pass of
 * barycentres). In pixels. The given order decides where the dependencies leave a choice.
 */
export function layoutGraph(nodes: readonly GraphNode[]): GraphLayout {
  const known = new Map(nodes.map((node) => [node.key, node]))
  const columns = columnsOf(nodes, known)
  const rows = new Map<string, number>()
  for (const column of columns) {
    const wished = column.map((node, index) => ({ node, wish: barycentre(node, rows) ?? index }))
    for (const [row, { node }] of wished.toSorted((a, b) => a.wish - b.wish).entries())
      rows.set(node.key, row)
  }
  const tallest = Math.max(1, ...columns.map((column) => column.length))
  const placed = new Map<string, Placed>()
  for (const [index, column] of columns.entries()) {
    const offset = ((tallest - column.length) * (graphSize.height + graphSize.gapY)) / 2
    for (const { key } of column) {
      const y = offset + (rows.get(key) ?? 0) * (graphSize.height + graphSize.gapY)
      placed.set(key, { key, x: index * (graphSize.width + graphSize.gapX), y })
    }
  }
  return {
    nodes: nodes.flatMap((node) => placed.get(node.key) ?? []),
    edges: nodes.flatMap((node) =>
      node.dependsOn.flatMap((key) => edge(placed.get(key), placed.get(node.key))),
    ),
    width: columns.length * (graphSize.width + graphSize.gapX) - graphSize.gapX,
    height: tallest * (graphSize.height + graphSize.gapY) - graphSize.gapY,
  }
}

function columnsOf(nodes: readonly GraphNode[], known: ReadonlyMap<string, GraphNode>): GraphNode[][] {
  const depths = new Map<string, number>()
  // An unfinished plan may have a cycle: a node that is visited again counts as the beginning.
  const depth = (node: GraphNode, above: ReadonlySet<string>): number => {
    const found = depths.get(node.key)
    if (found !== undefined) return found
    const parents = node.dependsOn.flatMap((key) => (above.has(key) ? [] : (known.get(key) ?? [])))
    const next = new Set([...above, node.key])
    const mine = Math.max(0, ...parents.map((parent) => depth(parent, next) + 1))
    depths.set(node.key, mine)
    return mine
  }
  const columns: GraphNode[][] = []
  for (const node of nodes) {
    const at = depth(node, new Set([node.key]))
    columns[at] = [...(columns[at] ?? []), node]
  }
  return columns.map((column) => column ?? [])
}

function barycentre(node: GraphNode, rows: ReadonlyMap<string, number>): number | undefined {
  const known = node.dependsOn.flatMap((key) => rows.get(key) ?? [])
  return known.length === 0 ? undefined : known.reduce((sum, row) => sum + row, 0) / known.length
}

function edge(from: Placed | undefined, to: Placed | undefined): GraphLayout['edges'] {
  if (from === undefined || to === undefined) return []
  const [x1, y1] = [from.x + graphSize.width, from.y + graphSize.height / 2]
  const [x2, y2] = [to.x, to.y + graphSize.height / 2]
  const bend = Math.max(24, (x2 - x1) / 2)
  return [
    { from: from.key, to: to.key, path: `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}` },
  ]
}
