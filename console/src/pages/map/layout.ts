import dagre from '@dagrejs/dagre'
import type { Part } from './part.ts'

/** Pixels. */
const nodeSize = { width: 144, height: 62 }
const labelSize = { width: 92, height: 34 }

export interface Box {
  /** Of the centre. */
  x: number
  y: number
  width: number
  height: number
}
interface Layout {
  width: number
  height: number
  nodes: Map<string, Box>
  edges: { from: string; to: string; points: { x: number; y: number }[]; label: Box }[]
}

/** Users on one side, datastores on the other. Labels of calls are boxes in the layout, so that none overlaps another, or a part. */
export function layOut(parts: readonly Part[], direction: 'LR' | 'TB'): Layout {
  const graph = new dagre.graphlib.Graph({ multigraph: false })
  graph.setGraph({ rankdir: direction, nodesep: 14, ranksep: 18, edgesep: 8, marginx: 6, marginy: 6 })
  graph.setDefaultEdgeLabel(() => ({}))
  const names = new Set(parts.map(({ name }) => name))
  for (const { name } of parts) graph.setNode(name, { ...nodeSize })
  for (const { name, calls } of parts) {
    for (const peer of calls.filter((each) => names.has(each) && each !== name)) graph.setEdge(name, peer, { ...labelSize, labelpos: 'c' })
  }
  dagre.layout(graph)
  const { width = 0, height = 0 } = graph.graph()
  return {
    width,
    height,
    nodes: new Map(graph.nodes().map((name: string) => [name, boxOf(graph.node(name))])),
    edges: graph.edges().map(({ v: from, w: to }: { v: string; w: string }) => {
      const edge = graph.edge(from, to)
      return { from, to, points: edge.points ?? [], label: boxOf(edge) }
    }),
  }
}

const boxOf = ({ x = 0, y = 0, width = 0, height = 0 }: { x?: number; y?: number; width?: number; height?: number }): Box => ({
  x,
  y,
  width,
  height,
})

/** A smooth way through these points, as an SVG path: straight to the first bend, and round each. */
export function smoothPath(points: readonly { x: number; y: number }[]): string {
  const [first, ...rest] = points
  const last = rest.at(-1)
  if (!first || !last) return ''
  const bends = rest.slice(0, -1).map((point, index) => {
    const next = rest[index + 1] ?? last
    return `Q${point.x},${point.y} ${(point.x + next.x) / 2},${(point.y + next.y) / 2}`
  })
  return [`M${first.x},${first.y}`, ...bends, `L${last.x},${last.y}`].join(' ')
}

/** The components that depend on these, directly or indirectly. */
export function upstreamOf(parts: readonly Part[], broken: ReadonlySet<string>): Set<string> {
  const reached = new Set<string>()
  for (let grew = true; grew;) {
    grew = false
    for (const { name, calls } of parts) {
      if (reached.has(name) || !calls.some((peer) => broken.has(peer) || reached.has(peer))) continue
      reached.add(name)
      grew = true
    }
  }
  return reached
}
